import { excludeBelow, literalPattern } from '../../excludes/bound.js';
import { remainders } from '../../excludes/match.js';
import type { PlannedVolume } from '../../model/plan.js';

/**
 * An exclude pattern as it means the same on the host, where volumes do not lie at `/backup/<service>/<volume>`: one whose
 * beginning matches names on the way to a volume, here or there, is bound to each volume; `!` stays in front.
 */
export function excludeOnHost(pattern: string, volumes: readonly PlannedVolume[]): string[] {
  const negated = pattern.startsWith('!') ? '!' : '';
  const plain = pattern.slice(negated.length);
  const isAnywhere = !plain.startsWith('/') || plain.startsWith('/**');
  const onTheWay = volumes.map((volume) => ({
    root: literalPattern(volume.location),
    inJobs: remainders(plain, volume.snapshot_path),
    here: isAnywhere ? remainders(plain, volume.location) : [],
  }));
  if (onTheWay.every(({ inJobs, here }) => inJobs.length === 0 && here.length === 0)) return [pattern];
  const bound = onTheWay.flatMap(({ root, inJobs }) => [
    ...inJobs.map((rest) => negated + root + rest),
    ...(isAnywhere ? [excludeBelow(root, pattern)] : []),
  ]);
  return [...new Set(bound)];
}

/** The same, for a run that reads more than these volumes: none of them is about anything else. */
export function excludeOnHostAlone(pattern: string, volumes: readonly PlannedVolume[]): string[] {
  return excludeOnHost(pattern, volumes).flatMap((own) =>
    isAnywhere(own) ? volumes.map(({ location }) => excludeBelow(literalPattern(location), own)) : [own],
  );
}

function isAnywhere(pattern: string): boolean {
  return !/^!?[/](?![*][*])/.test(pattern);
}
