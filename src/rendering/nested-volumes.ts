import { isAtOrBelow } from '../locate/pairing.js';
import { leftOutAt, matchesWholeVolume } from '../excludes/match.js';
import { literalPattern } from '../excludes/bound.js';
import type { ServicePlan } from '../model/plan.js';

/** A volume in one placement, beside the others of its service there. */
export interface PlacedVolume {
  readonly volume: string;
  readonly location: string;
  readonly snapshot_path: string;
  /** Left out where only volumes that are backed up are listed. */
  readonly backed_up?: boolean;
  /** Its own exclude patterns, as restic gets them. */
  readonly exclude?: readonly string[];
}

type Excluding = Pick<ServicePlan, 'exclude'>;

/**
 * The volumes in an order to restore them in: what lies in the folder of another volume comes after it, because restoring
 * the outer one removes what its snapshot does not have. Otherwise as they were.
 */
export function outerFirst<T extends PlacedVolume>(volumes: readonly T[]): T[] {
  const depth = (volume: T) => volumes.filter((other) => liesInside(volume, other)).length;
  return volumes
    .map((volume) => ({ volume, depth: depth(volume) }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ volume }) => volume);
}

/**
 * The volumes that a restore of this one must not touch, although they lie in its folder: they have snapshots of their
 * own, or the snapshots of this one leave them out.
 */
export function sparedVolumes<T extends PlacedVolume>(
  service: Excluding,
  volume: PlacedVolume,
  volumes: readonly T[],
): T[] {
  const patterns = patternsOf(service, volume);
  return volumes.filter(
    (other) =>
      liesInside(other, volume) &&
      (other.backed_up !== false ||
        patterns.some((pattern) => matchesWholeVolume(pattern, pathInSnapshot(other, volume)))),
  );
}

function patternsOf(service: Excluding, volume: PlacedVolume): string[] {
  return [...service.exclude, ...(volume.exclude ?? [])];
}

/**
 * `restic restore` options for them. An include pattern that begins with `!` takes back what another one includes, and
 * `--delete` removes only what is included (restic manual, "Restoring from backup"). It removes a folder that the snapshot
 * does not have with all that is in it, so that one which is left out above an inner volume has to be named instead.
 */
export function sparingOptions(
  service: Excluding,
  volume: PlacedVolume,
  spared: readonly PlacedVolume[],
): string[] {
  const patterns = patternsOf(service, volume);
  const paths = spared.map((inner) => {
    const path = pathInSnapshot(inner, volume);
    return leftOutAt(patterns, volume.snapshot_path, path) ?? path;
  });
  return [...new Set(paths)].map((path) => `--include=!${literalPattern(path)}`);
}

function liesInside(inner: PlacedVolume, outer: PlacedVolume): boolean {
  return inner.location !== outer.location && isAtOrBelow(inner.location, outer.location);
}

function pathInSnapshot(inner: PlacedVolume, outer: PlacedVolume): string {
  return outer.snapshot_path + inner.location.slice(outer.location.length);
}
