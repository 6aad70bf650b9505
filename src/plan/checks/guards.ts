import { holdingOf } from '../../runtimes/registry.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { groupBy } from '../../lookup/group.js';
import type { Check } from '../../model/check.js';
import { locatedVolumes } from './places.js';

/** Guards of one volume that is part of a guest: nobody looks into the guest. */
export const unwatchedGuard: Check = (input) =>
  locatedVolumes(input)
    .filter(({ volume }) => holdingOf(volume.kind) === 'guest')
    .flatMap(({ contract, volume }): Diagnostic[] => {
      const keys = [
        ...(volume.mount_point === true ? ['mount_point'] : []),
        ...(volume.must_contain === undefined ? [] : ['must_contain']),
        ...((volume.max_shrink_percent ?? 100) === 100 ? [] : ['max_shrink']),
      ];
      return keys.map((key) => ({
        code: 'STW341',
        severity: 'error',
        message: `nothing would see to \`${key}\` of \`${volume.volume}\`: it lies inside a guest, which is dumped as a whole`,
        span: contract.document.span(['backup', 'volumes', volume.volume, key], 'key'),
        hint: 'take it away, or give the volume a `host_path`; the dump as a whole has the `max_shrink` of the service',
      }));
    });

/** `X.incomplete` holds the markers of host X. */
export const reservedHost: Check = ({ deployed }) =>
  deployed
    .filter(({ snapshot_host }) => snapshot_host.endsWith('.incomplete'))
    .map(({ snapshot_host, contract }): Diagnostic => ({
      code: 'STW343',
      severity: 'error',
      message: `under the snapshot host \`${snapshot_host}\` the markers of incomplete snapshots of another one are kept`,
      span: contract.document.span(['service_id']),
      hint: 'choose another `service_id`, or a `snapshot_host` on its deployment',
    }));

/**
 * Services whose snapshots carry one host in one repository: restic's lists show one history, and retention would take up the
 * incomplete snapshots of the other (apply-retention.sh goes by the host).
 */
export const sharedHistory: Check = ({ policy, plan, deployed }) => {
  const repositories = new Map(
    plan.jobs.flatMap(({ service, snapshot, store }) =>
      snapshot?.host == null || store?.in !== 'repository'
        ? []
        : [[`${service ?? ''} ${snapshot.host}`, store.name] as const],
    ),
  );
  const stored = deployed.flatMap((entry) => {
    const repository = repositories.get(`${entry.contract.service_id} ${entry.snapshot_host}`);
    return repository === undefined ? [] : [{ ...entry, repository }];
  });
  const histories = groupBy(stored, ({ repository, snapshot_host }) => `${repository} ${snapshot_host}`);
  return [...histories.values()].flatMap((entries): Diagnostic[] => {
    const services = groupBy(entries, ({ contract }) => contract.service_id);
    const [first, second, ...more] = [...services.values()].flatMap(([entry]) => entry?.contract ?? []);
    if (first === undefined || second === undefined) return [];
    const { repository = '', snapshot_host = '' } = entries[0] ?? {};
    const chosen = entries.find(({ deployment }) => deployment?.snapshot_host != null)?.deployment;
    const others =
      more.length === 0
        ? ` and \`${second.service_id}\``
        : `, \`${second.service_id}\` and ${more.length} more`;
    return [
      {
        code: 'STW344',
        severity: 'error',
        message: `\`${first.service_id}\`${others} would share one history in the repository \`${repository}\`: their snapshot host is \`${snapshot_host}\``,
        span:
          chosen == null
            ? second.document.span(['service_id'])
            : policy.document.span([...chosen.pointer, 'snapshot_host']),
        hint: 'leave `snapshot_host` out, or give each service a deployment with its own',
      },
    ];
  });
};
