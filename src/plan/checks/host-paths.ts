import { holdingOf } from '../../runtimes/registry.js';
import { byHost } from './by-host.js';
import { isAtOrBelow } from '../../locate/pairing.js';
import type { Pointer } from '../../source/document.js';
import type { Contract } from '../../model/contract.js';
import type { Deployed } from '../../model/deployed.js';
import { planVolumes } from '../volumes.js';
import { declaredAt } from './declared.js';
import { type Check, onHost, place } from '../../model/check.js';
import { compareText } from '../../text/compare.js';

interface HostPath {
  readonly entry: Deployed;
  readonly path: string;
  readonly pointer: Pointer;
}

/** Two services that back up one folder: restoring one would silently take back the other's files too. */
export const nestedHostPath: Check = ({ policy, deployed }) =>
  [...byHost(deployed).values()].flatMap((entries) => {
    const paths = entries.flatMap((entry) =>
      hostPaths(entry, (contract) => planVolumes(contract, entry.runtime, policy, entry.deployment)),
    );
    return overlapping(paths).map(([a, b]) => ({
      code: 'STW303' as const,
      severity: b.entry.host === null ? ('warning' as const) : ('error' as const),
      message: describe(a, b) + onHost(b.entry.host),
      span: b.entry.contract.document.span(b.pointer),
      hint:
        `the other one is at ${place(a.entry.contract.document.span(a.pointer))}; ` +
        'if they share the data on purpose, waive it in one of them: `enabled: false` with a `reason`',
    }));
  });

function describe(a: HostPath, b: HostPath): string {
  const [one, other] = [b.entry.contract.service_id, a.entry.contract.service_id];
  if (a.path === b.path) return `\`${one}\` and \`${other}\` both back up \`${b.path}\``;
  const relation = isAtOrBelow(b.path, a.path) ? 'lies inside' : 'holds';
  return `\`${one}\` backs up \`${b.path}\`, which ${relation} \`${a.path}\` of \`${other}\``;
}

function hostPaths(
  entry: Deployed,
  volumesOf: (contract: Contract) => ReturnType<typeof planVolumes>,
): HostPath[] {
  const { contract } = entry;
  return volumesOf(contract)
    .filter((volume) => volume.backed_up && holdingOf(volume.kind) === 'folder')
    .map((volume) => ({
      entry,
      path: volume.location,
      pointer: declaredAt(contract, volume.volume, entry.runtime),
    }));
}

/** Pairs of different services whose paths are equal or nested. Sorted first, so that 10,000 paths stay cheap. */
function overlapping(paths: readonly HostPath[]): [HostPath, HostPath][] {
  const sorted = [...paths].sort((a, b) => compareText(`${a.path}/`, `${b.path}/`));
  const found: [HostPath, HostPath][] = [];
  const open: HostPath[] = [];
  for (const candidate of sorted) {
    while (open.length > 0 && !isAtOrBelow(candidate.path, open[open.length - 1]?.path ?? '')) open.pop();
    for (const outer of open) {
      if (isOther(outer, candidate)) found.push(inFileOrder(outer, candidate));
    }
    open.push(candidate);
  }
  return found;
}

function isOther(a: HostPath, b: HostPath): boolean {
  return a.entry.contract.service_id !== b.entry.contract.service_id;
}

function inFileOrder(a: HostPath, b: HostPath): [HostPath, HostPath] {
  return a.entry.contract.service_id < b.entry.contract.service_id ? [a, b] : [b, a];
}
