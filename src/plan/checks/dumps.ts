import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { groupBy } from '../../lookup/group.js';
import type { Check } from '../../model/check.js';
import type { Deployed } from '../../model/deployed.js';
import type { Dump } from '../../model/dump.js';
import type { Policy } from '../../model/policy.js';
import type { Placement, ServicePlan } from '../../model/plan.js';
import type { CannotReach } from '../../runtimes/runtime.js';
import { placeDump } from '../dumps.js';

/** A dump that cannot be made in some place: an error where it can be made in none. */
export const impossibleDump: Check = ({ policy, contracts, deployed, plan }) => {
  const services = new Map(plan.services.map((service) => [service.service_id, service]));
  const places = groupBy(deployed, ({ contract }) => contract.service_id);
  return contracts.flatMap((contract) => {
    const service = services.get(contract.service_id);
    const here = places.get(contract.service_id) ?? [];
    if (service === undefined || here.length === 0) return [];
    return contract.backup.dumps.flatMap((dump): Diagnostic[] => {
      const refused = here.flatMap((entry) => refusal(dump, service, entry, policy) ?? []);
      const [first] = refused;
      if (first === undefined) return [];
      const where = [...new Set(refused.map(({ placement }) => placement.runtime))].join(', ');
      return [
        {
          code: 'STW430',
          severity: refused.length === here.length ? 'error' : 'warning',
          message: `the dump \`${dump.name}\` cannot be made on ${where}: ${first.why.cannot}`,
          span: contract.document.span(dump.pointer, 'key'),
          hint: first.why.hint,
        },
      ];
    });
  });
};

function refusal(
  dump: Dump,
  service: ServicePlan,
  { runtime, host, contract }: Deployed,
  policy: Policy,
): { readonly placement: Placement; readonly why: CannotReach } | null {
  const placement = service.placements.find((each) => each.runtime === runtime && each.host === host);
  if (placement === undefined) return null;
  const how = placeDump({ policy, contract, placement, dump }, { ...service, ...placement.own });
  return 'cannot' in how ? { placement, why: how } : null;
}
