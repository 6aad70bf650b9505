import type { Command } from '../../model/guide.js';
import type { Placement, ServicePlan } from '../../plan/plan.js';
import type { ByHand } from '../runtime.js';
import { composeProjectName } from './project.js';

export const byHand: ByHand = {
  workload(service, placement) {
    const compose = composeCommand(service, placement);
    const only = composeServices(service, placement);
    const [first] = service.compose_services;
    return {
      stop: [[...compose, 'stop', ...only]],
      start: [[...compose, 'start', ...only]],
      inside: first === undefined ? null : [...compose, 'exec', first],
    };
  },
};

/** Compose finds a project's containers by their labels, wherever its file is. */
function composeCommand(service: ServicePlan, placement: Placement): Command {
  return ['docker', 'compose', '--project-name', projectOf(service, placement)];
}

/** The Compose project that a service is in. */
export function projectOf(
  service: Pick<ServicePlan, 'service_id'>,
  placement: Pick<Placement, 'compose_project'>,
): string {
  return placement.compose_project ?? composeProjectName(service.service_id);
}

/** The Compose services to name in a project that may hold others; none in one of the service's own. */
export function composeServices(service: ServicePlan, placement: Placement): readonly string[] {
  const isOwn = projectOf(service, placement) === composeProjectName(service.service_id);
  return isOwn ? [] : service.compose_services;
}
