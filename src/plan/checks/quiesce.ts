import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { groupBy } from '../../lookup/group.js';
import type { Check } from '../../model/check.js';
import type { Placement, ServicePlan } from '../../model/plan.js';
import { runtimeOf } from '../../runtimes/registry.js';
import type { CannotReach, ServiceFacts } from '../../runtimes/runtime.js';
import { NOT_IN_CLUSTERS, placeQuiesce } from '../quiesce.js';
import { refusedIn } from './refused.js';

/** What cannot stand still in some place, and hooks that no job there runs: an error where it is so in every place. */
export const impossibleQuiesce: Check = ({ contracts, plan }) => {
  const services = new Map(plan.services.map((service) => [service.service_id, service]));
  return [...groupBy(contracts, ({ service_id }) => service_id)].flatMap(([id, [contract]]) => {
    const service = services.get(id);
    if (service === undefined || contract === undefined) return [];
    const { quiesce, hooks } = contract.backup;
    const asked = [
      quiesce && {
        ...{ pointer: quiesce.pointer, what: 'nothing can stand still' },
        refusal: (placement: Placement, facts: ServiceFacts) => placeQuiesce(quiesce, facts, placement),
      },
      hooks && { pointer: hooks.pointer, what: 'hooks cannot run', refusal: placeHooks },
    ];
    return asked.flatMap((each): Diagnostic[] => {
      const found = each && refusedIn(refusals(service, each.refusal), service.placements.length);
      if (each === null || found === null) return [];
      const { severity, where, hint } = found;
      const span = contract.document.span(each.pointer, 'key');
      return [{ code: 'STW433', severity, message: `${each.what} ${where}`, span, hint }];
    });
  });
};

/** A dump that has a job of its own, and is of another moment than the files for which the service stands still. */
export const streamedBesideQuiesce: Check = ({ contracts }) =>
  contracts.flatMap(({ document, backup: { quiesce, dumps } }) =>
    quiesce === null
      ? []
      : dumps
          .filter(({ transfer }) => transfer === 'stream')
          .map(({ name, pointer }) => ({
            code: 'STW434' as const,
            severity: 'warning' as const,
            message: `the dump \`${name}\` is streamed by a job of its own, for which nothing stands still: it is of another moment than the files`,
            span: document.span([...pointer, 'transfer'], 'key'),
            hint: 'take `transfer: stream` out, so that it is made while the service stands still, or take `quiesce` out',
          })),
  );

function placeHooks({ runtime }: Placement): CannotReach | null {
  return runtimeOf(runtime).runs_on === 'cluster' ? NOT_IN_CLUSTERS : null;
}

function refusals(service: ServicePlan, place: (placement: Placement, facts: ServiceFacts) => object | null) {
  return service.placements.flatMap((placement) => {
    const why = place(placement, { ...service, ...placement.own });
    return why !== null && 'cannot' in why ? [{ placement, why: why as CannotReach }] : [];
  });
}
