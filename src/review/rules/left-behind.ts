import { runtimeOf } from '../../runtimes/registry.js';
import type { BackupPlan, Placement } from '../../model/plan.js';
import { placementName } from '../../targets/protection.js';
import { userTrees } from '../../hosts/user-tree.js';
import { hostTrees } from '../../hosts/host-tree.js';
import { hostPlace } from '../../runtimes/host-parts.js';
import { quote, type Finding } from '../finding.js';
import type { PlacementPair } from '../match.js';
import type { Rule } from '../review.js';
import { isRenamed } from './renamed.js';

/**
 * Services that move away from a host: what is installed there does not know, and its timer goes on in the same history. The
 * new machine would find its own snapshots below those of the old one.
 */
export const leftBehind: Rule = (input) => {
  // Then everything has to be removed there, whether it moved or not.
  if (isRenamed(input)) return [];
  const { matched, after, spans } = input;
  const moved = new Map<string, PlacementPair[]>();
  for (const pair of matched.services.flatMap(({ placements }) => placements)) {
    const folder = installedFrom(pair.before);
    if (folder === null || folder === installedFrom(pair.after)) continue;
    if (pair.before.snapshot_host !== pair.after.snapshot_host || !isBackedUp(pair.before)) continue;
    moved.set(folder, [...(moved.get(folder) ?? []), pair]);
  }
  const trees = foldersOf(after.plan);
  return [...moved].flatMap(([folder, pairs]): Finding[] => {
    const [first] = pairs;
    if (first === undefined) return [];
    const names = pairs.map(({ service }) => quote(service.id));
    const more =
      names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');
    const place = placementName(first.before);
    return [
      {
        ...{ service: pairs.length === 1 ? first.service.id : null, volume: null },
        ...{ runtime: first.before.runtime, host: first.before.host },
        code: 'STW831',
        severity: 'warning',
        before: place,
        after: [...new Set(pairs.map((pair) => placementName(pair.after)))].join(', '),
        message: `${more} moved away from ${place}: the timers that are installed there go on, in the same history, until somebody removes them`,
        hint: trees.has(folder)
          ? `run \`${folder}/install.sh\` there before the first backup in the new place: it removes what is no longer in the tree`
          : `nothing is rendered for it any more: run \`install.sh --uninstall\` there first, from the \`${folder}\` that was installed`,
        span: spans.placement(first.service.after, first.after),
      },
    ];
  });
};

/** The folder whose installer made the job; null where none did. */
function installedFrom(placement: Placement): string | null {
  return runtimeOf(placement.runtime).runs_on === 'cluster' ? null : hostPlace(placement).folder;
}

function isBackedUp({ volumes }: Placement): boolean {
  return volumes.some(({ backed_up }) => backed_up);
}

function foldersOf(plan: BackupPlan): Set<string> {
  return new Set([...hostTrees(plan), ...userTrees(plan)].map(({ folder }) => folder));
}
