import { isUtf8 } from 'node:buffer';
import { createTwoFilesPatch, OMIT_HEADERS } from 'diff';
import type { Change } from './compare.js';
import type { WritePlan } from './tree.js';

/** A path as Git quotes it in a patch, when it holds what a patch header cannot. */
function quoted(path: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what must be quoted
  return /["\\\u0000-\u001f\u007f]/.test(path) ? JSON.stringify(path) : path;
}

function patch({ path, before, after }: Change, folder: string): string {
  const from = before === null ? '/dev/null' : quoted(`a/${folder}/${path}`);
  const to = after === null ? '/dev/null' : quoted(`b/${folder}/${path}`);
  if (before !== null && !isUtf8(before)) return `Binary files ${from} and ${to} differ\n`;
  const old = before?.toString('utf8') ?? '';
  if (old === after) return `mode of ${quoted(`${folder}/${path}`)} differs\n`;
  return createTwoFilesPatch(from, to, old, after ?? '', undefined, undefined, PATCH);
}

const PATCH = {
  context: 3,
  headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
} as const;

/** No reader follows more changed lines of one file, and finding them takes time that grows with their square. */
const MAX_EDITS = 4000;

/**
 * The hunks of one file as a unified diff, without file names; null when the two sides differ too much to be shown.
 * The text is raw, as in {@link unifiedDiff}.
 */
export function hunks(before: string, after: string): string | null {
  const text = createTwoFilesPatch('', '', before, after, undefined, undefined, {
    ...PATCH,
    headerOptions: OMIT_HEADERS,
    maxEditLength: MAX_EDITS,
  });
  return text ?? null;
}

/**
 * The differences between the tree on disk and what rendering gives, as a unified diff (`patch -p1`, `git apply`) with
 * paths as shown to people. Files that were edited by hand are shown as if they were given up. Empty if nothing
 * differs. The text is raw: make it printable before it goes to a terminal.
 */
export function unifiedDiff(plan: WritePlan): string {
  const folder = plan.name.replace(/^\//, '');
  return plan.changes.map((change) => patch(change, folder)).join('');
}
