/** A step of a reference: `.name`, `['name']`, `.0` or `[0]`. */
type Step = string | number;

/** `{{ name.step[0] | default('x') }}`, the only kind of expression that is understood. */
export interface Reference {
  readonly name: string;
  readonly steps: readonly Step[];
  /** The literal of `default(...)`, and whether it also replaces empty values; null without one. */
  readonly fallback: { readonly value: string | number | boolean | null; readonly forEmpty: boolean } | null;
}

/** One piece of a text: literal characters, or an expression with its place (UTF-16 code units). */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'reference';
      readonly reference: Reference;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'unsupported'; readonly what: string; readonly start: number; readonly end: number };

/** Whether a text holds anything that Jinja would act on. */
export function hasExpression(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#');
}

/** Splits a text at its `{{ }}`, `{% %}` and `{# #}`. */
export function splitExpressions(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const open = /\{[{%#]/g;
    open.lastIndex = at;
    const start = open.exec(text)?.index ?? text.length;
    if (start > at) pieces.push({ kind: 'text', text: text.slice(at, start) });
    if (start === text.length) break;
    const piece = readExpression(text, start);
    pieces.push(piece);
    at = piece.end;
  }
  return pieces;
}

type ExpressionPiece = Exclude<Piece, { kind: 'text' }>;

function readExpression(text: string, start: number): ExpressionPiece {
  const mark = text[start + 1] ?? '';
  const close = mark === '{' ? '}}' : `${mark}}`;
  const end = closingAt(text, start + 2, close);
  if (end === -1)
    return { kind: 'unsupported', what: `is never closed with \`${close}\``, start, end: text.length };
  if (mark !== '{') {
    const what =
      mark === '%' ? 'is a statement, not a plain reference' : 'is a comment, not a plain reference';
    return { kind: 'unsupported', what, start, end };
  }
  const reference = new ReferenceReader(text.slice(start + 2, end - 2)).read();
  if (reference === null) return { kind: 'unsupported', what: 'is more than a plain reference', start, end };
  return { kind: 'reference', reference, start, end };
}

/** The offset after the closing mark; quoted strings inside the expression may hold anything. */
function closingAt(text: string, from: number, close: string): number {
  let quote: string | null = null;
  for (let at = from; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote !== null) {
      if (character === '\\') at++;
      else if (character === quote) quote = null;
    } else if (close === '}}' && (character === '"' || character === "'")) {
      quote = character;
    } else if (text.startsWith(close, at)) {
      return at + close.length;
    }
  }
  return -1;
}

/** Reads the inside of `{{ }}`; any surprise makes the whole expression unsupported. */
class ReferenceReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Reference | null {
    const name = this.#take(/\s*([A-Za-z_]\w*)/y);
    if (name === null || /^(?:true|false|none|not|if|else|and|or|in|is)$/i.test(name)) return null;
    const steps: Step[] = [];
    for (let step = this.#step(); step !== null; step = this.#step()) steps.push(step);
    const fallback = this.#fallback();
    if (fallback === 'bad') return null;
    return this.#take(/(\s*)$/y) === null ? null : { name, steps, fallback };
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#at = pattern.lastIndex;
    return match[1] ?? '';
  }

  #step(): Step | null {
    const index = this.#take(/\.(\d{1,6})(?!\w)/y) ?? this.#take(/\s*\[\s*(\d{1,6})\s*\]/y);
    if (index !== null) return Number(index);
    return (
      this.#take(/\.([A-Za-z_]\w*)(?!\w|\s*\()/y) ??
      this.#take(/\s*\[\s*'([^'\\]*)'\s*\]/y) ??
      this.#take(/\s*\[\s*"([^"\\]*)"\s*\]/y)
    );
  }

  #fallback(): Reference['fallback'] | 'bad' {
    if (this.#take(/\s*(\|)/y) === null) return null;
    if (this.#take(/\s*(default|d)\s*\(/y) === null) return 'bad';
    const value = this.#literal();
    if (value === undefined) return 'bad';
    let forEmpty = false;
    if (this.#take(/\s*(,)/y) !== null) {
      const flag = this.#take(/\s*(?:boolean\s*=\s*)?(true|false|True|False)/y);
      if (flag === null) return 'bad';
      forEmpty = flag.toLowerCase() === 'true';
    }
    return this.#take(/\s*(\))/y) === null ? 'bad' : { value, forEmpty };
  }

  #literal(): string | number | boolean | null | undefined {
    const text = this.#take(/\s*'([^'\\]*)'/y) ?? this.#take(/\s*"([^"\\]*)"/y);
    if (text !== null) return text;
    const number = this.#take(/\s*(-?\d{1,15}(?:\.\d{1,15})?)(?![\w.])/y);
    if (number !== null) return Number(number);
    const word = this.#take(/\s*(true|false|none|True|False|None)(?!\w)/y)?.toLowerCase();
    if (word === undefined) return undefined;
    return word === 'none' ? null : word === 'true';
  }
}
