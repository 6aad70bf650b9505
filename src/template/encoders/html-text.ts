import { markdownComment } from './comment.js';
import { refuse, scalarText, UnencodableError } from './unencodable.js';

/** What HTML has no way to hold as it is: NUL, and controls that no reader shows (html.spec.whatwg.org, 13.2.3.5). */
// eslint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROL = /[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f]/;

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\r': '&#13;',
  '\f': '&#12;',
};

/**
 * Text that reads back as it is, between tags and in a quoted attribute of either kind: what could begin or end
 * anything becomes a character reference, also the line breaks that a reader of HTML would make into others.
 */
export function htmlText(value: unknown): string {
  const text = scalarText(value);
  refuse(text, CONTROL, 'an HTML file');
  return text.replace(/[&<>"'\r\f]/g, (character) => REFERENCES[character] ?? character);
}

/**
 * A value as JSON inside `<script type="application/json">`. Such an element ends at the first `</script`, and `<!--`
 * changes how its end is found, so no angle bracket is left; JSON has its own way to write them.
 */
export function htmlJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new UnencodableError('is nothing that JSON can write');
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text for `<!-- … -->`; for people, so that it may differ from the value in what has a meaning to HTML. */
export function htmlComment(value: unknown): string {
  return htmlText(markdownComment(value));
}
