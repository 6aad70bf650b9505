import { refuse, scalarText, UnencodableError } from './unencodable.js';

// eslint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/;

// eslint-disable-next-line no-control-regex -- what readers take for the end of a line
const LINE_END = /[\n\r\u000b\u000c\u2028\u2029]/;

/** One line of text: line breaks folded to a space, other control characters refused (NUL becomes another there). */
function oneLine(value: unknown): string {
  // eslint-disable-next-line no-control-regex -- as above
  const text = scalarText(value).replace(/\r\n|[\n\r\u000b\u000c\u2028\u2029]/g, ' ');
  refuse(text, CONTROL, 'a Markdown file');
  return text;
}

function escapeInner(text: string): string {
  return (
    text
      .replace(/[\\`*[\]<>|~#$&]/g, '\\$&')
      // Inside a word `_` is no emphasis (CommonMark 6.2); names stay readable.
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
  );
}

/**
 * Text that CommonMark and GFM show as it is (spec.commonmark.org, 2.4 Backslash escapes, 4 Leaf blocks, 6 Inlines;
 * GFM 4.10 Tables): what could start or end markup gets a backslash, line breaks become spaces, white space at the
 * ends is written as an entity.
 */
export function markdownText(value: unknown): string {
  const text = oneLine(value);
  const [, before = '', middle = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  // Some readers strip every white space that Unicode knows, others spaces and tabs.
  const entity = (space: string): string =>
    Array.from(space, (character) => `&#${character.charCodeAt(0)};`).join('');
  const escaped = escapeInner(middle)
    // What opens a block (list, heading underline, thematic break, table) or a link target when it comes first.
    .replace(/^[-+=:(]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    // `!` before a `[` of the template, `:` before `//`.
    .replace(/!$/, '\\!');
  return entity(before) + escaped + (middle === '' ? '' : entity(after));
}

/**
 * An inline code span (CommonMark 6.1): fenced by a run of backticks longer than any inside. Empty text and text of
 * spaces only cannot be shown as code.
 */
export function markdownCode(value: unknown): string {
  const text = oneLine(value);
  if (/^ *$/.test(text)) throw new UnencodableError('is empty, which Markdown cannot show as code');
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const padded = /^`|`$|^ .* $/.test(text) ? ` ${text} ` : text;
  return fence + padded + fence;
}

/** {@link markdownCode} in a table row, where `|` ends the cell even inside code (GFM 4.10). */
export function markdownCellCode(value: unknown): string {
  return markdownCode(value).replaceAll('|', '\\|');
}

/** A line of a file that is shown as it is in a fenced block (CommonMark 4.5); never one that would end the block. */
export function markdownFencedLine(value: unknown): string {
  const text = scalarText(value);
  refuse(text, LINE_END, 'one line of a fenced block');
  refuse(text, CONTROL, 'a Markdown file');
  if (/^\s*(?:`{3,}|~{3,})/.test(text)) throw new UnencodableError('would end the block that it stands in');
  return text;
}
