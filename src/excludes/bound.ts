import { matchesWholeVolume } from './match.js';

/**
 * A volume's own exclude pattern, bound to that volume: restic matches patterns against whole paths, and a relative
 * one anywhere in them (restic manual, "Excluding Files"). A leading `/` means the volume's root, unless the pattern is
 * already written as snapshots show the volume; `!` stays in front.
 */
export function excludeBelow(root: string, pattern: string): string {
  const negated = pattern.startsWith('!') ? '!' : '';
  const plain = pattern.slice(negated.length);
  if (plain === root || plain.startsWith(`${root}/`)) return pattern;
  const anywhere = plain.startsWith('/') ? '' : plain.startsWith('**/') ? '/' : '/**/';
  return `${negated}${root}${anywhere}${plain}`;
}

/**
 * A service's exclude patterns as they are meant: about what lies in its volumes, never about the names that lead there.
 * With `cache` among them restic would save nothing of a service or a volume that is called `cache`, and end well. Such a
 * pattern is bound to each volume; one that begins with a folder says what it means.
 *
 * @param roots the folders of the service's volumes, as restic sees them; plain paths
 */
export function excludesInside(patterns: readonly string[], roots: readonly string[]): string[] {
  return patterns.flatMap((pattern) => {
    if (!isAnywhere(pattern) || !roots.some((root) => matchesWholeVolume(pattern, root))) return [pattern];
    const bound = roots.map((root) => ({ root, inside: excludeBelow(literalPattern(root), pattern) }));
    // One that leaves out everything there too stays as it is written.
    return bound.some(({ root, inside }) => matchesWholeVolume(inside, root))
      ? [pattern]
      : bound.map(({ inside }) => inside);
  });
}

function isAnywhere(pattern: string): boolean {
  return !pattern.startsWith('/') || pattern.startsWith('/**');
}

/** A path as a pattern that matches nothing else; Go's `filepath.Match`. */
export function literalPattern(path: string): string {
  return path.replaceAll(/[\\*?[]/g, String.raw`\$&`);
}
