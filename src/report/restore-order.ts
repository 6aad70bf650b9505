import type { ServicePlan } from '../plan/plan.js';
import { groupBy } from '../plan/group.js';
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
export function restoreOrder({ plan, places }: ReportBase): RestoreOrder {
  const known = new Map(plan.services.map((service) => [service.service_id, service]));
  const needsOf = (service: ServicePlan): string[] =>
    service.requires.filter((id) => known.has(id) && id !== service.service_id);
  const ofService = groupBy(places, ({ service }) => service);
  const restored = new Set<string>();
  const stages: RestoreStage[] = [];
  let waiting: readonly ServicePlan[] = plan.services.filter((service) => ofService.has(service));
  const planned = new Set(waiting.map(({ service_id }) => service_id));
  for (;;) {
    const ready = waiting.filter((service) =>
      needsOf(service).every((id) => restored.has(id) || !planned.has(id)),
    );
    if (ready.length === 0) break;
    stages.push({
      number: stages.length + 1,
      services: ready.map((service) => ({
        service: service.service_id,
        places: (ofService.get(service) ?? []).map(({ id }) => id).join(' '),
        needs: needsOf(service).join(', '),
        foreign: service.requires.filter((id) => !known.has(id)).join(', '),
      })),
    });
    for (const { service_id } of ready) restored.add(service_id);
    waiting = waiting.filter((service) => !ready.includes(service));
  }
  return { stages, circular: waiting.map(({ service_id }) => service_id) };
}
