import type { TemplateChange } from '../template-changes.js';
import { quote } from '../finding.js';

/** A template's change is about everything that is rendered from it. */
export const SHARED = { service: null, volume: null, runtime: null, host: null } as const;

/** A finding about one text that the templates put into, or take out of, several files. */
export interface Change {
  readonly text: string;
  readonly paths: string[];
}

/** The same text in several files is one change, and so is one that only names another service or host in each. */
export function byText(
  changes: readonly TemplateChange[],
  texts: (change: TemplateChange) => readonly string[],
): Change[] {
  const found = new Map<string, Change>();
  for (const change of changes) {
    for (const text of new Set(texts(change))) {
      const key = change.neutral(text);
      const known = found.get(key);
      if (known === undefined) found.set(key, { text, paths: [change.path] });
      else known.paths.push(change.path);
    }
  }
  return [...found.values()];
}

export function inFiles(paths: readonly string[]): string {
  const more = paths.length === 1 ? '' : ` and ${paths.length - 1} more`;
  return `${quote(paths[0] ?? '')}${more}`;
}
