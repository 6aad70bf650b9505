import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { groupBy } from '../../lookup/group.js';
import type { Check } from '../../model/check.js';
import type { Deployed } from '../../model/deployed.js';
import type { Dump } from '../../model/dump.js';
import type { Policy } from '../../model/policy.js';
import type { ServicePlan } from '../../model/plan.js';
import { placeDump } from '../dumps.js';
import { refusedIn, type Refused } from './refused.js';

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
      const found = refusedIn(refused, here.length);
      if (found === null) return [];
      const { severity, where, hint } = found;
      return [
        {
          ...{ code: 'STW430', severity, hint },
          message: `the dump \`${dump.name}\` cannot be made ${where}`,
          span: contract.document.span(dump.pointer, 'key'),
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
): Refused | null {
  const placement = service.placements.find((each) => each.runtime === runtime && each.host === host);
  if (placement === undefined) return null;
  const how = placeDump({ policy, contract, placement, dump }, { ...service, ...placement.own });
  return 'cannot' in how ? { placement, why: how } : null;
}
