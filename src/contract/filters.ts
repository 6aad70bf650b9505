import { MAX_TEXT, PythonFloat, pythonInteger, pythonNumber, pythonText } from './python.js';

const TOO_LONG = 'makes a text longer than 64 KiB';

/** A filter that cannot be told what it gives. */
export class Unknown {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** Arguments by the names that Jinja and Ansible give them, in their order. */
export const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  string: [],
  int: ['default', 'base'],
  float: ['default'],
  bool: [],
  lower: [],
  upper: [],
  trim: ['chars'],
  replace: ['old', 'new', 'count'],
  join: ['d'],
  default: ['default_value', 'boolean'],
  ternary: ['true_val', 'false_val', 'none_val'],
};

type Arguments = Readonly<Record<string, unknown>>;

/**
 * What a filter gives, as Jinja and Ansible have it. Not `default` and `ternary`, which choose among their arguments.
 *
 * @param given arguments by name; what is not given is left out
 */
export function applyFilter(name: string, value: unknown, given: Arguments): unknown {
  switch (name) {
    case 'int':
      return toInteger(value, given);
    case 'float':
      return toFloat(value, given);
    case 'bool':
      return TRUE.includes(lowered(value)) || value === true || isOne(value);
    case 'join':
      return joined(value, given);
    default:
      return textFilter(name, value, given);
  }
}

/** Everything else is false (ansible.plugins.filter.core, `to_bool`). */
const TRUE = ['yes', 'on', '1', 'true'];

function lowered(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}

function isOne(value: unknown): boolean {
  return value === 1 || (value instanceof PythonFloat && value.value === 1);
}

function textFilter(name: string, value: unknown, given: Arguments): unknown {
  const text = pythonText(value);
  if (text === null) return new Unknown(`gives Python's own text of a list or a mapping to \`${name}\``);
  switch (name) {
    case 'string':
      return text;
    case 'lower':
      return text.toLowerCase();
    case 'upper':
      return text.toUpperCase();
    case 'trim':
      return trimmed(text, given.chars ?? null);
    default:
      return replaced(text, given);
  }
}

/** What Python takes for white space. */
const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+`;
const SPACE_AROUND = new RegExp(`^${SPACE}|${SPACE}$`, 'g');

function trimmed(text: string, chars: unknown): unknown {
  if (chars === null) return text.replace(SPACE_AROUND, '');
  if (typeof chars !== 'string') return new Unknown('trims something else than text');
  const units = Array.from(text);
  let [start, end] = [0, units.length];
  while (start < end && chars.includes(units[start] ?? '')) start++;
  while (end > start && chars.includes(units[end - 1] ?? '')) end--;
  return units.slice(start, end).join('');
}

function replaced(text: string, { old, new: other, count }: Arguments): unknown {
  const [from, to] = [pythonText(old), pythonText(other)];
  const most = count ?? -1;
  if (old === undefined || other === undefined || from === null || to === null || typeof most !== 'number') {
    return new Unknown('replaces something else than text');
  }
  const parts = from === '' ? ['', ...Array.from(text), ''] : text.split(from);
  if (text.length + parts.length * to.length > MAX_TEXT) return new Unknown(TOO_LONG);
  const times = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  const head = parts.slice(0, times + 1);
  const tail = parts.slice(times + 1);
  return head.join(to) + tail.map((part) => from + part).join('');
}

const STRANGE = 'is a number that only Python reads';

/** Digits of other scripts, and what is no number at all to anybody else. */
function isStrange(text: string): boolean {
  return /[^\p{ASCII}]|^\s*[+-]?(?:inf|infinity|nan)\s*$/iu.test(text);
}

/** As Jinja's `do_int`: by way of a float where that fails, else the default. */
function toInteger(value: unknown, given: Arguments): unknown {
  const fallback = given.default ?? 0;
  const base = given.base ?? 10;
  if (typeof value === 'boolean') return Number(value);
  const number = value instanceof PythonFloat ? value.value : value;
  if (typeof number === 'number') return Number.isFinite(number) ? Math.trunc(number) : fallback;
  if (typeof value !== 'string' || typeof base !== 'number') return fallback;
  if (isStrange(value)) return new Unknown(STRANGE);
  const found = pythonInteger(value, base) ?? Math.trunc(pythonNumber(value) ?? NaN);
  if (Number.isNaN(found) || !Number.isFinite(found)) return fallback;
  return Number.isSafeInteger(found) ? found : new Unknown('is a number of too many digits');
}

function toFloat(value: unknown, given: Arguments): unknown {
  const fallback = given.default ?? new PythonFloat(0);
  if (value instanceof PythonFloat) return value;
  if (typeof value === 'number' || typeof value === 'boolean') return new PythonFloat(Number(value));
  if (typeof value === 'string' && isStrange(value)) return new Unknown(STRANGE);
  const found = typeof value === 'string' ? pythonNumber(value) : null;
  return found === null ? fallback : new PythonFloat(found);
}

function joined(value: unknown, given: Arguments): unknown {
  const between = pythonText(given.d ?? '');
  const items = itemsOf(value);
  if (items === null || between === null) return new Unknown('joins something else than a list of texts');
  const texts = items.map(pythonText);
  if (texts.includes(null)) return new Unknown('joins lists or mappings');
  const length = texts.reduce((sum, text) => sum + between.length + (text ?? '').length, 0);
  return length > MAX_TEXT ? new Unknown(TOO_LONG) : texts.join(between);
}

/** What Python goes through: items of a list, characters of a text, keys of a mapping. */
function itemsOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (typeof value === 'string') return Array.from(value);
  if (typeof value !== 'object' || value === null || value instanceof PythonFloat) return null;
  return Object.keys(value);
}
