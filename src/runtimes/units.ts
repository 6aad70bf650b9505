import type { ServicePlan } from '../model/plan.js';
import type { Runtime, WorkloadCommands } from './runtime.js';

/** What stands still of a workload that is a unit: it, or the units that are named. */
export const quiesceUnits: NonNullable<Runtime['quiesce']> = (
  { service_unit_name },
  _placement,
  { services },
) => {
  const names = services.length > 0 ? services : [service_unit_name];
  return { engine: 'unit', words: names.map((name) => `unit=${hasEnding(name) ? name : `${name}.service`}`) };
};

function hasEnding(unit: string): boolean {
  return /\.(?:service|socket|target|timer|path|slice|scope)$/.test(unit);
}

/** How a workload is handled that is a unit of the system's manager. */
export function unitCommands({
  service_unit_name,
}: Pick<ServicePlan, 'service_unit_name'>): Omit<WorkloadCommands, 'inside'> {
  const unit = `${service_unit_name}.service`;
  return { stop: [['systemctl', 'stop', unit]], start: [['systemctl', 'start', unit]] };
}
