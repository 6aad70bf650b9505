import { isUtf8 } from 'node:buffer';
import { createTwoFilesPatch } from 'diff';
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
  return createTwoFilesPatch(from, to, old, after ?? '', undefined, undefined, {
    context: 3,
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  });
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
