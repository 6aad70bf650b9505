import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { Pointer } from '../../source/document.js';
import { asMapping } from '../../source/access.js';
import type { Policy } from '../../policy/policy.js';
import type { PlannedVolume, Placement } from '../plan.js';
import type { Check } from './check.js';
import { places } from './places.js';

/** Guards of one volume that the job of its place cannot keep watch over, and who that is. */
export const unwatchedGuard: Check = (input) =>
  places(input).flatMap(({ contract, placement, volume }): Diagnostic[] => {
    const who = whoCannot(input.policy, placement, volume);
    if (who === null) return [];
    const keys = [
      // A claim is always mounted, whoever backs it up.
      ...(volume.mount_point === true && volume.kind !== 'claim' ? ['mount_point'] : []),
      ...(volume.must_contain === undefined ? [] : ['must_contain']),
      ...((volume.max_shrink_percent ?? 100) === 100 ? [] : ['max_shrink']),
    ];
    return keys.map((key) => ({
      code: 'STW341',
      severity: 'error',
      message: `nothing would see to \`${key}\` of \`${volume.volume}\`: ${who}`,
      span: contract.document.span(['backup', 'volumes', volume.volume, key], 'key'),
      hint: 'take it away, or deploy the service where a job of ours reads the volume',
    }));
  });

function whoCannot(policy: Policy, placement: Placement, volume: PlannedVolume): string | null {
  if (volume.kind === 'lxc_guest') return 'it lies inside a guest, which is dumped as a whole';
  return isByOperator(policy, placement)
    ? `\`method: ${policy.runtimes.kubernetes.method}\` backs it up, and looks at no such thing`
    : null;
}

function isByOperator(policy: Policy, { runtime }: Placement): boolean {
  return runtime === 'kubernetes' && policy.runtimes.kubernetes.method !== 'restic';
}

/** A service's `max_shrink`, which no operator compares anything with; only where somebody has written it. */
export const unwatchedShrink: Check = ({ policy, contracts, plan }) => {
  const byOperator = new Set(
    plan.services
      .filter(
        ({ max_shrink_percent, placements }) =>
          max_shrink_percent < 100 && placements.some((placement) => isByOperator(policy, placement)),
      )
      .map(({ service_id }) => service_id),
  );
  const { method } = policy.runtimes.kubernetes;
  const message = `\`method: ${method}\` compares no snapshots, so that \`max_shrink\` has no effect there`;
  const hint = 'say `off`, or use `method: restic`';
  const own = contracts
    .filter(({ service_id, backup }) => byOperator.has(service_id) && backup.settings.max_shrink !== undefined)
    .map(({ document }): Diagnostic => ({
      ...{ code: 'STW341', severity: 'error', message, hint },
      span: document.span(['backup', 'max_shrink'], 'key'),
    }));
  const pointer: Pointer = ['defaults', 'max_shrink'];
  const isWritten = asMapping(asMapping(policy.document.value).defaults).max_shrink !== undefined;
  return isWritten && byOperator.size > own.length
    ? [
        ...own,
        { ...{ code: 'STW342', severity: 'warning', message, hint }, span: policy.document.span(pointer, 'key') },
      ]
    : own;
};

/** `X.incomplete` holds the markers of host X. */
export const reservedHost: Check = ({ deployed }) =>
  deployed
    .filter(({ snapshot_host }) => snapshot_host.endsWith('.incomplete'))
    .map(({ snapshot_host, contract }): Diagnostic => ({
      code: 'STW343',
      severity: 'error',
      message: `the snapshot host \`${snapshot_host}\` is where the markers of incomplete snapshots of \`${snapshot_host.slice(0, -'.incomplete'.length)}\` are kept`,
      span: contract.document.span(['service_id']),
      hint: 'choose another `service_id`, or a `snapshot_host` on its deployment',
    }));
