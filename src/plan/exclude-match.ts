import { posix } from 'node:path';
import { literalPattern } from '../source/literal.js';

/**
 * Whether an exclude pattern can leave out a whole volume: its root, a folder above it, or everything in it.
 *
 * restic (internal/filter, restic manual "Excluding Files") compares a pattern with a path component by component: one
 * that begins with `/` from the root of the path on, any other anywhere in it; `**` stands for any number of
 * components. What lies below a match is left out with it. A pattern that begins with `!` only brings something back.
 */
export function matchesWholeVolume(pattern: string, root: string): boolean {
  if (pattern.startsWith('!')) return false;
  // As restic does before it compares: filepath.Clean.
  const clean = posix.normalize(pattern);
  const matches = matchers.get(clean) ?? matcher(clean);
  matchers.set(clean, matches);
  // Two names that have nothing in common: what leaves out both leaves out everything.
  return matches(root) || (matches(`${root}/a`) && matches(`${root}/.b\u00e9-1.c`));
}

/** Few patterns stand in most projects, and are held against every volume. */
const matchers = new Map<string, (path: string) => boolean>();

function matcher(pattern: string): (path: string) => boolean {
  const steps = pattern.split('/').filter((step) => step !== '' && step !== '.');
  const parts = steps.map((step) => (step === '**' ? null : component(step)));
  const absolute = pattern.startsWith('/');
  return (path) => {
    const names = path.split('/').filter((name) => name !== '');
    if (parts.length === 0) return absolute;
    const starts = absolute ? [0] : names.keys();
    return [...starts].some((start) => matchFrom(parts, 0, names, start));
  };
}

/** Whether the parts match names from `at` on; names that are left over lie below the match. */
function matchFrom(
  parts: readonly (RegExp | null)[],
  next: number,
  names: readonly string[],
  at: number,
): boolean {
  const part = parts[next];
  if (part === undefined) return true;
  if (part === null) {
    // Several in a row mean the same as one.
    if (parts[next + 1] === null) return matchFrom(parts, next + 1, names, at);
    for (let skip = at; skip <= names.length; skip += 1) {
      if (matchFrom(parts, next + 1, names, skip)) return true;
    }
    return false;
  }
  const name = names[at];
  return name !== undefined && part.test(name) && matchFrom(parts, next + 1, names, at + 1);
}

/** One component in the language of Go's `filepath.Match`: `*`, `?`, `[a-z]`, `[^a]`, and `\\` before a character. */
function component(glob: string): RegExp {
  const source = glob.replace(
    /\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|(\*+)|(\?)|([^\w])/gsu,
    (...groups: unknown[]) => {
      const [, escaped, not, set, stars, one, other] = groups as (string | undefined)[];
      if (escaped !== undefined) return literalPattern(escaped);
      if (set !== undefined) return `[${not ?? ''}${set.replace(/[[^&~|]/g, '\\$&')}]`;
      if (stars !== undefined) return '.*';
      return one === undefined ? literalPattern(other ?? '') : '.';
    },
  );
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    // restic refuses such a pattern, so it leaves out nothing.
    return /(?!)/;
  }
}
