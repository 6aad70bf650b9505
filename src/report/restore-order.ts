import { groupBy } from '../lookup/group.js';
import { serviceIndex } from '../lookup/job-index.js';
import type { ServicePlan } from '../model/plan.js';
import type { ReportBase } from './input.js';

interface RestoreStage {
  readonly number: number;
  readonly services: readonly {
    readonly service: string;
    readonly places: string;
    /** What has to be there first, and is restored in a stage before this one. */
    readonly needs: string;
    /** What it names that is not ours. */
    readonly foreign: string;
  }[];
}

export interface RestoreOrder {
  readonly stages: readonly RestoreStage[];
  /** Services that need each other in a circle, and what needs those: no order is right for them. */
  readonly circular: readonly string[];
}

/** Services in stages: each stage needs only what the stages before it brought back. */
export function restoreOrder({ plan, placements }: ReportBase): RestoreOrder {
  const known = serviceIndex(plan);
  const ofService = groupBy(placements, ({ service }) => service);
  const planned = plan.services.filter((service) => ofService.has(service));
  const needsOf = (service: ServicePlan): string[] =>
    service.requires.filter((id) => known.has(id) && id !== service.service_id);
  const isPlanned = new Set(planned.map(({ service_id }) => service_id));
  /** What each service still waits for, and who waits for it. */
  const missing = new Map<ServicePlan, number>();
  const waiting = new Map<string, ServicePlan[]>();
  for (const service of planned) {
    const needed = needsOf(service).filter((id) => isPlanned.has(id));
    missing.set(service, needed.length);
    for (const id of needed) {
      const queue = waiting.get(id) ?? [];
      queue.push(service);
      waiting.set(id, queue);
    }
  }
  const position = new Map(planned.map((service, index) => [service, index]));
  const stages: RestoreStage[] = [];
  let ready = planned.filter((service) => missing.get(service) === 0);
  while (ready.length > 0) {
    stages.push({
      number: stages.length + 1,
      services: ready.map((service) => ({
        service: service.service_id,
        places: (ofService.get(service) ?? []).map(({ id }) => id).join(' '),
        needs: needsOf(service).join(', '),
        foreign: service.requires.filter((id) => !known.has(id)).join(', '),
      })),
    });
    const next = ready.flatMap((service) => waiting.get(service.service_id) ?? []);
    for (const service of ready) missing.delete(service);
    for (const service of next) missing.set(service, (missing.get(service) ?? 1) - 1);
    ready = [...new Set(next)]
      .filter((service) => missing.get(service) === 0)
      .sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0));
  }
  return {
    stages,
    circular: planned.filter((service) => missing.has(service)).map(({ service_id }) => service_id),
  };
}
