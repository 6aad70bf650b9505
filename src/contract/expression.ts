import { PythonFloat } from './python.js';

/** A step of a reference: `.name`, `['name']`, `.0` or `[0]`. */
export type Step = string | number;

/** `name.step[0]` */
export interface Reference {
  readonly kind: 'reference';
  readonly name: string;
  readonly steps: readonly Step[];
}

/** A filter with what it works on, its arguments in order and those with names. */
export interface Filtered {
  readonly kind: 'filter';
  readonly name: string;
  readonly of: Expression;
  readonly given: readonly Expression[];
  readonly named: ReadonlyMap<string, Expression>;
}

/** The inside of `{{ }}`, as far as it is understood. */
export type Expression =
  | Reference
  | Filtered
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null | PythonFloat }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'mapping'; readonly entries: readonly (readonly [string, Expression])[] }
  /** `lookup('env', 'NAME')` */
  | { readonly kind: 'environment'; readonly name: string; readonly fallback: Expression | null };

/** One piece of a text: literal characters, or an expression with its place (UTF-16 code units). */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'expression';
      readonly expression: Expression;
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
  const expression = new ExpressionReader(text.slice(start + 2, end - 2)).read();
  return expression === null
    ? { kind: 'unsupported', what: 'is more than references and simple filters', start, end }
    : { kind: 'expression', expression, start, end };
}

/** The offset after the closing mark; quoted strings and mappings inside the expression may hold anything. */
function closingAt(text: string, from: number, close: string): number {
  let quote: string | null = null;
  let open = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote !== null) {
      if (character === '\\') at++;
      else if (character === quote) quote = null;
    } else if (close === '}}' && (character === '"' || character === "'")) {
      quote = character;
    } else if (open === 0 && text.startsWith(close, at)) {
      return at + close.length;
    } else if (close === '}}' && character === '{') {
      open += 1;
    } else if (character === '}') {
      open = Math.max(0, open - 1);
    }
  }
  return -1;
}

/** Filters that are understood; those of Ansible have a longer name too. */
const FILTERS: ReadonlySet<string> = new Set([
  ...['string', 'int', 'float', 'bool', 'lower', 'upper', 'trim', 'replace', 'join', 'default', 'ternary'],
]);
/** Deeper than anybody writes by hand. */
const MAX_DEPTH = 50;

/** Thrown and caught here alone: any surprise makes the whole expression unsupported. */
class Surprise extends Error {}

/** Reads the inside of `{{ }}`. */
class ExpressionReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Expression | null {
    try {
      const expression = this.#filtered();
      return this.#take(/(\s*)$/y) === null ? null : expression;
    } catch (error) {
      if (error instanceof Surprise) return null;
      throw error;
    }
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#at = pattern.lastIndex;
    return match[1] ?? '';
  }

  #need(pattern: RegExp): string {
    const found = this.#take(pattern);
    if (found === null) throw new Surprise();
    return found;
  }

  #filtered(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new Surprise();
    let expression = this.#primary();
    while (this.#take(/\s*(\|)/y) !== null) {
      const written = this.#need(/\s*(?:ansible\.builtin\.)?([A-Za-z_]\w*)/y);
      const name = written === 'd' ? 'default' : written;
      if (!FILTERS.has(name)) throw new Surprise();
      const arguments_ =
        this.#take(/\s*(\()/y) === null ? { given: [], named: new Map() } : this.#arguments();
      expression = { kind: 'filter', name, of: expression, ...arguments_ };
    }
    this.#depth -= 1;
    return expression;
  }

  #arguments(): Pick<Filtered, 'given' | 'named'> {
    const given: Expression[] = [];
    const named = new Map<string, Expression>();
    while (this.#take(/\s*(\))/y) === null) {
      if (given.length + named.size > 0) this.#need(/\s*(,)/y);
      const name = this.#take(/\s*([A-Za-z_]\w*)\s*=(?!=)/y);
      if (name !== null) named.set(name, this.#filtered());
      else if (named.size > 0) throw new Surprise();
      else given.push(this.#filtered());
    }
    return { given, named };
  }

  #primary(): Expression {
    const value = this.#literal();
    if (value !== undefined) return { kind: 'literal', value };
    if (this.#take(/\s*(\()/y) !== null) {
      const inside = this.#filtered();
      this.#need(/\s*(\))/y);
      return inside;
    }
    if (this.#take(/\s*(\[)/y) !== null) return { kind: 'list', items: this.#items() };
    if (this.#take(/\s*(\{)/y) !== null) return { kind: 'mapping', entries: this.#entries() };
    if (this.#take(/\s*(lookup)\s*\(/y) !== null) return this.#environment();
    const name = this.#need(/\s*([A-Za-z_]\w*)(?!\s*\()/y);
    if (/^(?:not|if|else|and|or|in|is)$/.test(name)) throw new Surprise();
    const steps: Step[] = [];
    for (let step = this.#step(); step !== null; step = this.#step()) steps.push(step);
    return { kind: 'reference', name, steps };
  }

  #items(): Expression[] {
    const items: Expression[] = [];
    while (this.#take(/\s*(\])/y) === null) {
      if (items.length > 0) this.#need(/\s*(,)/y);
      items.push(this.#filtered());
    }
    return items;
  }

  #entries(): [string, Expression][] {
    const entries: [string, Expression][] = [];
    while (this.#take(/\s*(\})/y) === null) {
      if (entries.length > 0) this.#need(/\s*(,)/y);
      const key = this.#literal();
      if (typeof key !== 'string') throw new Surprise();
      this.#need(/\s*(:)/y);
      entries.push([key, this.#filtered()]);
    }
    return entries;
  }

  #environment(): Expression {
    const { given, named } = this.#arguments();
    const [kind, name] = given;
    const fallback = named.get('default') ?? null;
    const isEnvironment =
      kind?.kind === 'literal' && (kind.value === 'env' || kind.value === 'ansible.builtin.env');
    const isPlain = given.length === 2 && named.size === (fallback === null ? 0 : 1);
    if (!isEnvironment || !isPlain || name?.kind !== 'literal' || typeof name.value !== 'string') {
      throw new Surprise();
    }
    return { kind: 'environment', name: name.value, fallback };
  }

  #step(): Step | null {
    const index = this.#take(/\.(\d{1,6})(?!\w)/y) ?? this.#take(/\s*\[\s*(-?\d{1,6})\s*\]/y);
    if (index !== null) return Number(index);
    return (
      this.#take(/\.([A-Za-z_]\w*)(?!\w|\s*\()/y) ??
      this.#take(/\s*\[\s*'([^'\\]*)'\s*\]/y) ??
      this.#take(/\s*\[\s*"([^"\\]*)"\s*\]/y)
    );
  }

  #literal(): string | number | boolean | null | PythonFloat | undefined {
    // Ansible keeps backslashes, Jinja does not.
    const text = this.#take(/\s*'([^'\\]*)'(?!\s*['"])/y) ?? this.#take(/\s*"([^"\\]*)"(?!\s*['"])/y);
    if (text !== null) return text;
    const float = this.#take(/\s*(-?\d{1,15}(?:\.\d{1,15}(?:e[+-]?\d{1,3})?|e[+-]?\d{1,3}))(?![\w.])/iy);
    if (float !== null) return new PythonFloat(Number(float));
    const integer = this.#take(/\s*(-?(?:0|[1-9]\d{0,14}))(?![\w.])/y);
    if (integer !== null) return Number(integer);
    const word = this.#take(/\s*(true|false|none|True|False|None)(?![\w.[(])/y)?.toLowerCase();
    if (word === undefined) return undefined;
    return word === 'none' ? null : word === 'true';
  }
}
