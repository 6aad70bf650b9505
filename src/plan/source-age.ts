import { isWaived } from '../model/volume.js';
import type { Placement, PlannedVolume } from '../model/plan.js';
import type { Policy } from '../model/policy.js';
import { holdingOf, runtimeOf } from '../runtimes/registry.js';
import type { CannotReach } from '../runtimes/runtime.js';

/** The placement with the ages of sources that a job looks at there, and no others. */
export function withWatchedAges(policy: Policy, placement: Placement): Placement {
  const volumes = placement.volumes.map((volume): PlannedVolume => {
    if (volume.max_source_age === undefined || unwatchedAge(policy, placement, volume) === null)
      return volume;
    const { max_source_age: _, ...rest } = volume;
    return rest;
  });
  return { ...placement, volumes };
}

/** Why no job looks how old the files of a volume are; null where one does, or where the volume is waived. */
export function unwatchedAge(
  policy: Policy,
  { runtime }: Placement,
  volume: PlannedVolume,
): CannotReach | null {
  if (isWaived(volume)) return null;
  if (volume.dumped_by !== undefined) {
    return {
      cannot: `its files are left out for the dump \`${volume.dumped_by}\`, which is made anew each time`,
      hint: 'take `max_source_age` away',
    };
  }
  if (holdingOf(volume.kind) === 'guest') {
    return {
      cannot: 'it lies inside a guest, which is dumped as a whole',
      hint: 'take `max_source_age` away, or give the volume a `host_path`',
    };
  }
  const known = runtimeOf(runtime);
  if (known.honours?.(policy, 'max_source_age') ?? true) return null;
  return {
    cannot: `its jobs on ${known.title} are an operator's, which never looks how old files are`,
    hint: `take \`max_source_age\` away, or use \`method: restic\``,
  };
}
