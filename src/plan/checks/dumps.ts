import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { groupBy } from '../../lookup/group.js';
import { contractsInPlace, type Check } from '../../model/check.js';
import type { Deployed } from '../../model/deployed.js';
import type { Dump } from '../../model/dump.js';
import type { Policy } from '../../model/policy.js';
import type { ServicePlan } from '../../model/plan.js';
import { runtimeOf } from '../../runtimes/registry.js';
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

/** Scripts and units of a host are named by service and dump: those of two services may not be one name. */
export const sharedDumpName: Check = ({ plan, deployed }) => {
  const contractOf = contractsInPlace({ deployed });
  const named = plan.services.flatMap(({ service_id, placements }) =>
    placements
      .filter(({ runtime }) => runtimeOf(runtime).runs_on === 'host')
      .flatMap((placement) => {
        const contract = contractOf(service_id, placement);
        const made = new Set(placement.dumps?.map(({ name }) => name));
        const place = `${placement.host ?? placement.runtime} ${placement.scope ?? ''}`;
        return (contract?.backup.dumps ?? [])
          .filter(({ name }) => made.has(name))
          .map((dump) => ({ contract, dump, place, service: service_id }));
      }),
  );
  const clashes = ['-', '--'].flatMap((between) =>
    [
      ...groupBy(named, ({ place, service, dump }) => `${place} ${service}${between}${dump.name}`).values(),
    ].flatMap(([first, ...others]) => others.map((other) => ({ first, other }))),
  );
  return clashes.flatMap(({ first, other: { contract, dump, service } }): Diagnostic[] => {
    if (first === undefined || contract === undefined) return [];
    return [
      {
        ...{ code: 'STW432', severity: 'error', hint: 'rename one of the two dumps' },
        message: `the dump \`${dump.name}\` of \`${service}\` would have the files of \`${first.dump.name}\` of \`${first.service}\` on one host`,
        span: contract.document.span(dump.pointer, 'key'),
      },
    ];
  });
};
