import { runtimeOf } from '../../runtimes/registry.js';
import { byHost } from './by-host.js';
import type { Deployed } from '../../model/deployed.js';
import { type Check, onHost, pairs, place } from '../../model/check.js';
import { groupBy } from '../../lookup/group.js';

/** `service_id` names files, units and tags, so there can be one of each. */
export const duplicateServiceId: Check = ({ contracts }) =>
  contracts.flatMap((contract, index) => {
    const first = contracts[index - 1];
    if (first?.service_id !== contract.service_id) return [];
    return [
      {
        code: 'STW301' as const,
        severity: 'error' as const,
        message: `\`${contract.service_id}\` is the \`service_id\` of another contract already`,
        span: contract.document.span(['service_id']),
        hint: `the other one is at ${place(first.document.span(['service_id']))}`,
      },
    ];
  });

const ranBySystemd = ({ runtime }: Deployed): boolean => runtimeOf(runtime).by_hand?.has_units ?? false;

/** Workloads that systemd runs: two units of one name on a host are one unit. */
export const sharedUnitName: Check = ({ deployed }) =>
  [...byHost(deployed).values()].flatMap((entries) =>
    [...groupBy(entries.filter(ranBySystemd), (entry) => entry.contract.service_unit_name).values()]
      .flatMap(pairs)
      .filter(([a, b]) => a.contract.service_id !== b.contract.service_id)
      .map(([a, b]) => ({
        code: 'STW302' as const,
        severity: b.host === null ? ('warning' as const) : ('error' as const),
        message:
          `\`${b.contract.service_id}\` and \`${a.contract.service_id}\` share the unit name ` +
          `\`${b.contract.service_unit_name}\`${onHost(b.host)}`,
        span: b.contract.document.span(['service_unit_name']),
        hint: `the other one is at ${place(a.contract.document.span(['service_unit_name']))}`,
      })),
  );

/** One job per service and host: the unit is named after the service. */
export const deployedTwice: Check = ({ policy, deployed }) =>
  [...byHost(deployed).values()].flatMap((entries) =>
    [...groupBy(entries, ({ contract }) => contract.service_id).values()]
      .flatMap(pairs)
      .filter(([, b]) => b.deployment !== null)
      .map(([a, b]) => ({
        code: 'STW308' as const,
        severity: 'error' as const,
        message: `\`${b.contract.service_id}\` is deployed twice${onHost(b.host)} (${a.runtime} and ${b.runtime})`,
        span: policy.document.span(b.deployment?.pointer ?? []),
        hint: 'remove one of the two deployments; the host has one backup job per service',
      })),
  );
