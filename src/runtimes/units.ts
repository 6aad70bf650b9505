import type { ServicePlan } from '../model/plan.js';
import type { WorkloadCommands } from './runtime.js';

/** How a workload is handled that is a unit of the system's manager. */
export function unitCommands({
  service_unit_name,
}: Pick<ServicePlan, 'service_unit_name'>): Omit<WorkloadCommands, 'inside'> {
  const unit = `${service_unit_name}.service`;
  return { stop: [['systemctl', 'stop', unit]], start: [['systemctl', 'start', unit]] };
}
