/** Longest text that expressions may make; real ones stay far below. */
export const MAX_TEXT = 64 * 1024;

/** A number that Python has as a float: `2.0` is another text than `2`. */
export class PythonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A scalar as Python writes it in text; null for what is no scalar. */
export function pythonText(value: unknown): string | null {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof PythonFloat) return floatText(value.value);
  if (typeof value === 'number') return Number.isInteger(value) ? String(BigInt(value)) : floatText(value);
  return typeof value === 'string' ? value : null;
}

/** The shortest text of a float, as `repr` writes it (docs.python.org, "Built-in Types"). */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    const digits = String(Math.abs(power)).padStart(2, '0');
    return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`;
  }
  const plain =
    power < 0 ? value.toFixed(Math.max(0, (mantissa.split('.')[1]?.length ?? 0) - power)) : String(value);
  const text = Object.is(value, -0) ? '-0' : plain;
  return text.includes('.') ? text : `${text}.0`;
}

/** What Python's `int` makes of a text; null where it raises. */
export function pythonInteger(text: string, base: number): number | null {
  const match = /^\s*([+-]?)(0[xob])?([0-9a-z]+(?:_[0-9a-z]+)*)\s*$/i.exec(text);
  if (match === null) return null;
  const [, sign = '', prefix = '', digits = ''] = match;
  const named = BASES[prefix.toLowerCase()] ?? null;
  const radix = base === 0 ? (named ?? 10) : base;
  // `0x` is a prefix only where it names the base; elsewhere `0b` may be digits.
  const plain = (named === radix ? digits : prefix + digits).replaceAll('_', '');
  const isOctalOfOld = base === 0 && named === null && /^0+[1-9]/.test(plain);
  const value = isOctalOfOld ? null : digitsOf(plain, radix);
  return value === null || value === 0 || sign !== '-' ? value : -value;
}

function digitsOf(text: string, radix: number): number | null {
  const isRadix = radix >= 2 && radix <= 36;
  const isDigits = isRadix && Array.from(text).every((digit) => !Number.isNaN(Number.parseInt(digit, radix)));
  return isDigits ? Number.parseInt(text, radix) : null;
}

const BASES: Readonly<Record<string, number>> = { '0x': 16, '0o': 8, '0b': 2 };

/** What Python's `float` makes of a text; null where it raises. */
export function pythonNumber(text: string): number | null {
  const plain = text.trim();
  const digits = String.raw`\d+(?:_\d+)*`;
  const pattern = new RegExp(`^[+-]?(?:${digits}\\.?(?:${digits})?|\\.${digits})(?:e[+-]?${digits})?$`, 'i');
  return pattern.test(plain) ? Number(plain.replaceAll('_', '')) : null;
}

/** Python's idea of false. */
export function isFalsy(value: unknown): boolean {
  if (value instanceof PythonFloat) return value.value === 0;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}
