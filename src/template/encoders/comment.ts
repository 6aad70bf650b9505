import { describe, UnencodableError } from './unencodable.js';

/** Control characters, and what some reader takes for a line break or a byte order mark. */
// eslint-disable-next-line no-control-regex -- control characters are what this is about
const NOT_ONE_LINE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]+|\p{Surrogate}/gu;

/**
 * Text for a `#` comment of a unit, a script or a YAML file: one line. For people: line breaks and control characters
 * become a space, and a backslash at the end (which continues a line for some readers) a slash.
 */
export function commentText(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new UnencodableError(`is ${describe(value)}, not text`);
  }
  return String(value)
    .replace(NOT_ONE_LINE, ' ')
    .replace(/\\(?=\s*$)/, '/');
}

/** Text for `<!-- … -->`: as {@link commentText}, and without `--`, which HTML forbids there. */
export function markdownComment(value: unknown): string {
  return commentText(value)
    .replace(/-(?=-)/g, '- ')
    .replace(/^[->]/, ' $&')
    .replace(/-$/, '- ');
}
