import { composeProjectName } from '../../locate/docker.js';
import type { Placement, ServicePlan } from '../../plan/plan.js';

/** Commands, each a list of arguments, that stop and start a service's workload on its host. */
export interface Workload {
  readonly stop: readonly (readonly string[])[];
  readonly start: readonly (readonly string[])[];
}

/** How a workload is stopped and started where it runs. Compose finds a project's containers by their labels. */
export function workload(service: ServicePlan, placement: Placement): Workload {
  if (placement.runtime === 'docker') {
    const compose = ['docker', 'compose', '--project-name', composeProjectName(service.service_id)];
    return { stop: [[...compose, 'stop']], start: [[...compose, 'start']] };
  }
  const unit = `${service.service_unit_name}.service`;
  return { stop: [['systemctl', 'stop', unit]], start: [['systemctl', 'start', unit]] };
}
