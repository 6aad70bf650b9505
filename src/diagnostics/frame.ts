import stringWidth from 'string-width';
import type { Span } from './diagnostic.js';
import { printable } from './printable.js';

/** Columns between the tab stops of a terminal. */
const TAB_STOP = 8;

/** A source line as shown, and the line below it that points at a part of it. */
export interface Frame {
  readonly source: string;
  readonly marker: string;
}

/** Width in terminal cells of text that stands at cell `start`; tabs reach to the next tab stop. */
function cells(text: string, start: number): number {
  let at = start;
  for (const [index, part] of text.split('\t').entries()) {
    if (index > 0) at += TAB_STOP - (at % TAB_STOP);
    at += stringWidth(part);
  }
  return at - start;
}

/** Spaces (and the same tabs) as wide as `text`. */
function blank(text: string): string {
  return text
    .split('\t')
    .map((part) => ' '.repeat(stringWidth(part)))
    .join('\t');
}

/** Controls made visible, tabs kept. */
function shown(text: string): string {
  return text.split('\t').map(printable).join('\t');
}

/** Offset in UTF-16 units of the code point with index `points`, or the end of `text`. */
function offsetOf(text: string, points: number): number {
  let offset = 0;
  for (let left = points; left > 0 && offset < text.length; left -= 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return Math.min(offset, text.length);
}

/** `text` without a half surrogate pair that a cut left at an end. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]/, '').replace(/[\ud800-\udbff]$/, '');
}

/** Moves code points out of `text` until it fits into `width` cells; `from` is the side that gives way. */
function fit(text: string, width: number, from: 'start' | 'end', startCell: number): string {
  let points = Array.from(text);
  while (points.length > 0 && cells(shown(points.join('')), startCell) > width) {
    const excess = Math.max(1, Math.floor((cells(shown(points.join('')), startCell) - width) / TAB_STOP));
    points = from === 'start' ? points.slice(excess) : points.slice(0, -excess);
  }
  return points.join('');
}

/** The parts of a line: before the span, in it, after it, each cut so that the whole fits into `width` cells. */
function cutLine(
  line: string,
  start: number,
  end: number,
  width: number,
  gutter: number,
): [string, string, string] {
  // A first, coarse cut, so that a line of a megabyte costs no more than a long one.
  const before = whole(line.slice(Math.max(0, start - 4 * width), start));
  const within = whole(line.slice(start, Math.min(end, start + 4 * width)));
  const after = whole(line.slice(end, end + 4 * width));
  const inFull = before.length + within.length + after.length === line.length;
  if (inFull && cells(shown(line), gutter) <= width) return [before, within, after];

  const span = fit(within, Math.floor(width / 2), 'end', gutter);
  const cutSpan = span.length < end - start;
  const room = Math.max(0, width - cells(shown(span), gutter) - 2);
  const tailRoom = cutSpan ? 0 : Math.max(Math.floor(room / 3), room - cells(shown(before), gutter));
  const tail = fit(after, tailRoom, 'end', gutter);
  const head = fit(before, room - cells(shown(tail), gutter), 'start', gutter);
  const cutHead = head.length < start;
  const cutTail = cutSpan || tail.length < line.length - end;
  return [cutHead ? `…${head}` : head, span, cutTail ? `${tail}…` : tail];
}

/**
 * The source line of `span` and its marker (`^~~~`). Of a span of several lines, only the first is shown. Lines
 * longer than `width` cells are cut around the span. `gutter` is how many cells stand before the line on screen.
 */
export function frame(line: string, span: Span, width: number, gutter: number): Frame {
  const start = offsetOf(line, span.column - 1);
  const end = span.end_line > span.line ? line.length : offsetOf(line, span.end_column - 1);
  const [before, within, after] = cutLine(line, start, Math.max(start, end), width, gutter).map(shown) as [
    string,
    string,
    string,
  ];
  const length = Math.max(1, cells(within, gutter + cells(before, gutter)));
  return {
    source: `${before}${within}${after}`.trimEnd(),
    marker: `${blank(before)}^${'~'.repeat(length - 1)}`,
  };
}
