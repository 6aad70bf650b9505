import { describe, scalarText, UnencodableError } from './unencodable.js';

/** Characters that need no quotes anywhere in YAML, block or flow, when the first is a letter, `_`, `/` or `.`. */
const PLAIN = /^[A-Za-z_/.][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*$/;

/** What YAML 1.1 or 1.2 readers take for null, a boolean or a special float; any capitals, to be safe. */
const WORD_WITH_MEANING = /^(?:~|null|true|false|yes|no|on|off|y|n|[-+]?\.inf|\.nan)$/i;

/** Starting with a dot and a digit: a float. */
const NUMBER_LIKE = /^\.[0-9_.eE+-]*$/;

/** What may stand in a quoted scalar as it is, in YAML 1.1 and 1.2; line breaks and tabs are escaped besides. */
const UNPRINTABLE = /[^\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10fffd}]/gu;

function doubleQuoted(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(UNPRINTABLE, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

function yamlString(value: string): string {
  const text = scalarText(value);
  if (PLAIN.test(text) && !WORD_WITH_MEANING.test(text) && !NUMBER_LIKE.test(text)) return text;
  return doubleQuoted(text);
}

function yamlNumber(value: number): string {
  if (!Number.isFinite(value)) throw new UnencodableError('is a number that is not finite');
  if (Object.is(value, -0)) return '-0.0';
  // YAML 1.1 wants a point in a float, and readers differ on integers beyond 2^53.
  const text = String(value);
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text;
}

/**
 * A string, number, boolean or null that YAML 1.1 and 1.2 readers give back as it is (yaml.org/spec/1.2.2, 10.3;
 * yaml.org/type), in block and in flow context. Strings are plain when no reader can mistake them, else in double
 * quotes on one line.
 */
export function yamlScalar(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return yamlNumber(value);
  if (typeof value === 'string') return yamlString(value);
  throw new UnencodableError(`is ${describe(value)}, not a scalar`);
}

/** A mapping key: text, so that `1` stays a string. Readers need not support keys beyond 1,024 characters. */
export function yamlKey(value: unknown): string {
  const text = yamlString(scalarText(value));
  if (text.length > 1000) throw new UnencodableError('is too long for a mapping key');
  return text;
}
