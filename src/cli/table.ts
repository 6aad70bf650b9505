import stringWidth from 'string-width';
import { printable } from '../diagnostics/printable.js';

export interface Column {
  readonly title: string;
  /** May be cut, in favour of the others, when the table is wider than the terminal. */
  readonly shrinks?: boolean;
}

const GAP = '  ';

/** Least widths of columns that may shrink, and of the last one: first comfortable, then bearable. */
const LEAST_WIDTHS = [
  { shrunk: 14, last: 24 },
  { shrunk: 4, last: 8 },
] as const;

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/** `text` in at most `width` cells; what is too long loses its middle. */
function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const points = Array.from(text);
  let keep = Math.min(points.length, width) - 1;
  for (; keep > 0; keep -= 1) {
    const tail = Math.floor(keep / 2);
    const shorter = `${points.slice(0, keep - tail).join('')}…${points.slice(points.length - tail).join('')}`;
    if (stringWidth(shorter) <= width) return shorter;
  }
  return '…';
}

/** Narrows the widest of the columns that may shrink, then the last one, until the table fits as well as it can. */
function shrink(widths: number[], columns: readonly Column[], width: number): void {
  const total = (): number => widths.reduce((sum, cell) => sum + cell, GAP.length * (widths.length - 1));
  const widest = (least: number): number =>
    widths.reduce(
      (best, cell, index) =>
        columns[index]?.shrinks === true && cell > least && cell > (widths[best] ?? 0) ? index : best,
      -1,
    );
  const end = widths.length - 1;
  for (const least of LEAST_WIDTHS) {
    for (let at = widest(least.shrunk); total() > width && at >= 0; at = widest(least.shrunk)) {
      widths[at] = (widths[at] ?? 0) - 1;
    }
    const last = widths[end] ?? 0;
    widths[end] = Math.min(last, Math.max(least.last, last - Math.max(0, total() - width)));
  }
}

/**
 * A table for people, columns aligned, with a line of titles. `width` is the terminal's, in cells: columns that may
 * shrink give way first, then the last one. Null, for a pipe or file, cuts nothing. Ends with a line feed.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
): string {
  const cells = [columns.map((column) => column.title), ...rows].map((row) => row.map(printable));
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => stringWidth(row[index] ?? ''))));
  if (width !== null) shrink(widths, columns, width);
  const lines = cells.map((row) =>
    row
      .map((cell, index) => pad(width === null ? cell : cut(cell, widths[index] ?? 0), widths[index] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
