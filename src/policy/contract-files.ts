import { posix, relative, resolve, sep } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { append } from '../source/append.js';
import type { Pointer, SourceDocument } from '../source/document.js';
import { DISK, type Files } from '../source/files.js';
import { Findings } from '../source/findings.js';
import { matchPattern, withoutTwins } from '../source/glob.js';
import { unreadable } from '../source/read.js';
import { compareText } from '../text/compare.js';

/** A file to read, and how it is shown. */
export interface ListedFile {
  readonly absolutePath: string;
  /** Relative to the policy's folder, with `/`. */
  readonly displayName: string;
}

/** Where patterns are looked for: below `root`, but not in the tree that rendering writes, whose folder is relative to it. */
export interface SearchRoom {
  readonly root: string;
  readonly output: string | null;
}

/**
 * Expands globs relative to `root`. A pattern without glob characters names one file, whether it exists or not.
 * Files beginning with a dot are not matched; links are followed. The order is that of UTF-16 code units, each file once.
 * A pattern that matches nothing is an error at `pointers[i]`, and so is a folder on its way that cannot be read: what
 * lies in it would silently not be backed up.
 */
export function expandPatterns(
  { root, output }: SearchRoom,
  document: SourceDocument,
  patterns: readonly { readonly pattern: string; readonly pointer: Pointer }[],
  files: Files = DISK,
): { files: ListedFile[]; diagnostics: Diagnostic[] } {
  const findings = new Findings(document);
  const names = new Set<string>();
  const closed = new Map<string, Diagnostic>();
  for (const { pattern, pointer } of patterns) {
    const matches = matchPattern(root, pattern, output, files);
    if (matches === null) {
      findings.error('STW201', pointer, `\`${pattern}\` is no pattern that can be looked for`, {
        hint: SIMPLER,
      });
      continue;
    }
    if (matches.names.length === 0) {
      findings.error('STW201', pointer, `\`${pattern}\` matches no file`, { hint: PATTERNS });
    }
    for (const name of matches.names) names.add(posix.normalize(name));
    for (const { path, error } of matches.closed) {
      const name = relative(root, path).split(sep).join('/');
      closed.set(name, unreadable(name === '' ? '.' : name, error));
    }
  }
  append(findings.diagnostics, closed.values());
  const listed = withoutTwins(root, [...names].sort(compareText), files)
    .sort(compareText)
    .map((name) => ({ absolutePath: resolve(root, name), displayName: name }));
  return { files: listed, diagnostics: findings.diagnostics };
}

const PATTERNS =
  'patterns are relative to the folder of the policy; `*` stays within one folder, `**` does not';
const SIMPLER = 'write several simpler patterns, as a list';
