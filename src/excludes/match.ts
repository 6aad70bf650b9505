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
  const matches = matcherOf(pattern);
  // Two names that have nothing in common: what leaves out both leaves out everything.
  return matches(root) || (matches(`${root}/a`) && matches(`${root}/.b\u00e9-1.c`));
}

/**
 * The outermost folder on the way from a volume's root to a path in it that the patterns leave out, the path itself
 * included; null when none does. The last pattern that matches decides, as for restic.
 */
export function leftOutAt(patterns: readonly string[], root: string, path: string): string | null {
  const names = path.slice(root.length + 1).split('/');
  const folders = names.map((_, index) => [root, ...names.slice(0, index + 1)].join('/'));
  return folders.find((folder) => isLeftOut(patterns, folder)) ?? null;
}

function isLeftOut(patterns: readonly string[], path: string): boolean {
  const last = patterns.findLast((pattern) => matcherOf(pattern.replace(/^!/, ''))(path));
  return last !== undefined && !last.startsWith('!');
}

function matcherOf(pattern: string): (path: string) => boolean {
  // As restic does before it compares: filepath.Clean.
  const clean = posix.normalize(pattern);
  const matches = matchers.get(clean) ?? matcher(clean);
  matchers.set(clean, matches);
  return matches;
}

/**
 * What is left of a pattern for the paths below a folder, once its beginning has matched the end of the way there: `/` and
 * the rest for each way in which that is possible, nothing when there is none. A pattern that may begin anywhere can match
 * below the folder as a whole too, which is not among them.
 */
export function remainders(pattern: string, root: string): string[] {
  const { steps, absolute } = stepsOf(pattern);
  if (steps.length === 0 && !absolute) return [];
  const parts = steps.map((text) => ({ text, test: text === '**' ? null : component(text) }));
  const names = root.split('/').filter((name) => name !== '');
  const starts = absolute ? [0] : [...names.keys()];
  const rests = starts.flatMap((start) => restsFrom(parts, names.slice(start)));
  return [...new Set(rests.map((rest) => rest.map(({ text }) => `/${text}`).join('')))];
}

interface Step {
  readonly text: string;
  /** Null for `**`. */
  readonly test: RegExp | null;
}

function restsFrom(parts: readonly Step[], names: readonly string[]): (readonly Step[])[] {
  const [name, ...deeper] = names;
  if (name === undefined) return [parts];
  const [part, ...more] = parts;
  // It leaves out a folder above, with all that is in it.
  if (part === undefined) return [[]];
  // Several in a row mean the same as one.
  if (part.test === null && more[0]?.test === null) return restsFrom(more, names);
  if (part.test === null) return [...restsFrom(more, names), ...restsFrom(parts, deeper)];
  return part.test.test(name) ? restsFrom(more, deeper) : [];
}

/** The components of a pattern; without `**` at the beginning, which says that it may begin anywhere. */
function stepsOf(pattern: string): { readonly steps: readonly string[]; readonly absolute: boolean } {
  const clean = posix.normalize(pattern);
  const steps = clean.split('/').filter((step) => step !== '' && step !== '.');
  const first = steps.findIndex((step) => step !== '**');
  if (first > 0) return { steps: steps.slice(first), absolute: false };
  return { steps, absolute: clean.startsWith('/') };
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
