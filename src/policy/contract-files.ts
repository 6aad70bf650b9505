import { posix, resolve } from 'node:path';
import glob from 'fast-glob';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Pointer, SourceDocument } from '../source/document.js';
import { DISK, type Files } from '../source/files.js';
import { Findings } from '../source/findings.js';

/** A file to read, and how it is shown. */
export interface ListedFile {
  readonly absolutePath: string;
  /** Relative to the policy's folder, with `/`. */
  readonly displayName: string;
}

/**
 * Expands globs relative to `root`. A pattern without glob characters names one file, whether it exists or not.
 * Files beginning with a dot are not matched, directories behind symbolic links not entered. The order is that of
 * UTF-16 code units, each file once. A pattern that matches nothing is an error at `pointers[i]`.
 */
export function expandPatterns(
  root: string,
  document: SourceDocument,
  patterns: readonly { readonly pattern: string; readonly pointer: Pointer }[],
  files: Files = DISK,
): { files: ListedFile[]; diagnostics: Diagnostic[] } {
  const findings = new Findings(document);
  const names = new Set<string>();
  for (const { pattern, pointer } of patterns) {
    const matches = matchPattern(root, pattern, files);
    if (matches.length === 0) {
      findings.error('STW201', pointer, `\`${pattern}\` matches no file`, {
        hint: 'patterns are relative to the folder of the policy; `*` stays within one folder, `**` does not',
      });
    }
    for (const match of matches) names.add(posix.normalize(match));
  }
  const listed = [...names]
    .sort(byCodeUnit)
    .map((name) => ({ absolutePath: resolve(root, name), displayName: name }));
  return { files: listed, diagnostics: findings.diagnostics };
}

function matchPattern(root: string, pattern: string, files: Files): string[] {
  // A link to nowhere is there too: reading it says what is wrong with it.
  if (!glob.isDynamicPattern(pattern)) return files.exists(resolve(root, pattern)) ? [pattern] : [];
  return glob.sync(pattern, {
    cwd: root,
    dot: false,
    onlyFiles: true,
    followSymbolicLinks: false,
    suppressErrors: true,
    fs: files.glob,
  });
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
