import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { groupBy } from '../../lookup/group.js';
import type { Check } from '../../model/check.js';
import type { Contract } from '../../model/contract.js';
import type { Placement } from '../../model/plan.js';
import type { Pointer } from '../../source/document.js';
import { placementName } from '../../targets/protection.js';
import { runtimeOf } from '../../runtimes/registry.js';
import type { CannotReach, ServiceFacts } from '../../runtimes/runtime.js';
import { NOT_IN_CLUSTERS, placeQuiesce } from '../quiesce.js';

/** What cannot stand still in some place, and hooks that no job there runs: an error where it is so in every place. */
export const impossibleQuiesce: Check = ({ contracts, plan }) => {
  const services = new Map(plan.services.map((service) => [service.service_id, service]));
  return [...groupBy(contracts, ({ service_id }) => service_id)].flatMap(([id, [contract]]) => {
    const service = services.get(id);
    if (service === undefined || contract === undefined || service.placements.length === 0) return [];
    const { quiesce, hooks } = contract.backup;
    const refusals = (why: (placement: Placement, facts: ServiceFacts) => CannotReach | null) =>
      service.placements.flatMap((placement) => {
        const cannot = why(placement, { ...service, ...placement.own });
        return cannot === null ? [] : [{ placement, ...cannot }];
      });
    const tell = (pointer: Pointer, what: string, refused: readonly Refusal[]) =>
      finding(contract, pointer, what, refused, service.placements.length);
    return [
      ...(quiesce === null
        ? []
        : tell(
            quiesce.pointer,
            'nothing can stand still',
            refusals((placement, facts) => {
              const placed = placeQuiesce(quiesce, facts, placement);
              return 'cannot' in placed ? placed : null;
            }),
          )),
      ...(hooks === null ? [] : tell(hooks.pointer, 'hooks cannot run', refusals(hookRefusal))),
    ];
  });
};

type Refusal = CannotReach & { readonly placement: Placement };

function hookRefusal({ runtime }: Placement): CannotReach | null {
  return runtimeOf(runtime).runs_on === 'cluster' ? NOT_IN_CLUSTERS : null;
}

function finding(
  contract: Contract,
  pointer: Pointer,
  what: string,
  refused: readonly Refusal[],
  places: number,
): Diagnostic[] {
  const [first] = refused;
  if (first === undefined) return [];
  const where = refused.map(({ placement }) => placementName(placement)).join(', ');
  return [
    {
      code: 'STW431',
      severity: refused.length === places ? 'error' : 'warning',
      message: `${what} on ${where}: ${first.cannot}`,
      span: contract.document.span(pointer, 'key'),
      hint: first.hint,
    },
  ];
}
