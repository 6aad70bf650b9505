/** A value that the format cannot express in this place; the message completes "the value …". */
export class UnencodableError extends Error {
  override readonly name = 'UnencodableError';
}

/** A lone half of a surrogate pair: no UTF-8 exists for it, so it would change when the file is written. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The text of a scalar: strings as they are, numbers and booleans as they print. Throws {@link UnencodableError}
 * for everything else, and for text that no UTF-8 file can hold.
 */
export function scalarText(value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') throw new UnencodableError(`is ${describe(value)}, not text`);
  if (LONE_SURROGATE.test(value))
    throw new UnencodableError('holds half of a surrogate pair, which UTF-8 cannot write');
  return value;
}

/** What a value is, for messages. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'number') return 'a number that is not finite';
  return `a ${typeof value}`;
}

/** How a control character is named in a message: `U+000A`. */
function codePointName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Throws {@link UnencodableError} when `text` holds a character that `forbidden` (no `g` flag) matches. */
export function refuse(text: string, forbidden: RegExp, place: string): void {
  const match = forbidden.exec(text);
  if (match === null) return;
  const what =
    match[0] === '\n'
      ? 'a line break'
      : match[0] === '\0'
        ? 'a NUL'
        : `the character ${codePointName(match[0])}`;
  throw new UnencodableError(`holds ${what}, which ${place} cannot express`);
}
