/**
 * What a terminal would obey, or what a reader could not see: control characters, the marks that reorder text,
 * invisible characters, halves of surrogate pairs. Joiners stay: emoji and several scripts need them.
 */
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/**
 * `text` for one line of a terminal: control characters become pictures (`␛`), invisible ones their number
 * (`<U+202E>`). Text from input files must pass through here before it is printed.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, picture);
}

/** As {@link printable}, for text of several lines: line feeds and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNSAFE, (character) =>
    character === '\n' || character === '\t' ? character : picture(character),
  );
}
