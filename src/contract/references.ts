import { asMapping } from '../source/access.js';
import { wholeFile, type Diagnostic } from '../diagnostics/diagnostic.js';
import { append } from '../source/append.js';
import type { Pointer, WrittenDocument } from '../source/document.js';
import { Findings } from '../source/findings.js';
import { allowedTypes, childSchema, type JsonSchema } from '../source/schema.js';
import { suggest } from '../source/suggest.js';
import { emptyMapping, isMapping, LiteralText, VaultedValue, type Mapping } from '../source/yaml-values.js';
import { hasExpression, splitExpressions, type Reference } from './expression.js';
import type { LocatedValue, ValuesLookup } from './values.js';

const SHORTER = { hint: 'write the value itself where it is needed' };

/** References followed for one contract, and characters in one resolved text; real contracts stay far below. */
const MAX_STEPS = 10_000;
const MAX_NODES = 200_000;
const MAX_NESTING = 100;
/** Undefined names that get a suggestion; comparing every one with every key would take minutes in a huge file. */
const MAX_SUGGESTIONS = 50;

const VAULT_HINT =
  'write the value in plain text if it is no secret; nothing secret may enter the rendered files';
const MAX_TEXT = 64 * 1024;

export interface ResolvedContract {
  /** The contract's value with every reference in a described field replaced by what it names. */
  readonly value: unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** Where values stand that references took from elsewhere, by the pointer of the reference as JSON. */
  readonly origins: ReadonlyMap<string, LocatedValue>;
  /** Whether a mistake at or above this pointer is already reported. */
  readonly isReported: (pointer: Pointer) => boolean;
}

/**
 * Resolves `{{ references }}` in the fields that the schema describes with a type, and in no others. Names are
 * looked up among the values, then among the contract's own top-level keys, as Ansible does.
 *
 * @param document the contract, with what values say of its keys
 */
export function resolveReferences(
  document: WrittenDocument,
  schema: JsonSchema,
  values: ValuesLookup,
): ResolvedContract {
  const resolver = new Resolver(document, schema, values);
  const value = resolver.walk({ value: document.value, document, pointer: [] }, schema, [], []);
  const { diagnostics, origins } = resolver;
  return { value, diagnostics, origins, isReported: (pointer) => resolver.isReported(pointer) };
}

/** What a value stands for where these values hold. */
export function resolveValue(
  located: LocatedValue,
  values: ValuesLookup,
): { readonly value: unknown; readonly diagnostics: readonly Diagnostic[] } {
  const anything = { type: ['string', 'number', 'boolean'] };
  const resolver = new Resolver({ ...NOTHING, file: located.document.file }, anything, values);
  return { value: resolver.walk(located, anything, [], []), diagnostics: resolver.diagnostics };
}

/** In place of a contract, where there is none. */
const NOTHING: Omit<WrittenDocument, 'file'> = { value: null, span: () => wholeFile(''), raw: () => null };

class Resolver {
  readonly diagnostics: Diagnostic[] = [];
  readonly origins = new Map<string, LocatedValue>();
  readonly #own: WrittenDocument;
  readonly #root: JsonSchema;
  readonly #values: ValuesLookup;
  readonly #reported = new Set<string>();
  #steps = 0;
  #nodes = 0;
  #suggestions = 0;

  constructor(own: WrittenDocument, root: JsonSchema, values: ValuesLookup) {
    this.#own = own;
    this.#root = root;
    this.#values = values;
  }

  isReported(pointer: Pointer): boolean {
    for (let length = pointer.length; length >= 0; length--) {
      if (this.#reported.has(JSON.stringify(pointer.slice(0, length)))) return true;
    }
    return false;
  }

  /**
   * Copies a value beside its schema. `at` is where it stands in the contract, which differs from where it is
   * written once a reference is followed; `trail` holds the references followed on the way.
   */
  walk(located: LocatedValue, schema: JsonSchema, at: Pointer, trail: readonly string[]): unknown {
    const types = allowedTypes(schema);
    if (types.length === 0) return located.value;
    const target = this.#follow(located, at, trail);
    if (target === null) {
      this.#reported.add(JSON.stringify(at));
      return null;
    }
    const { value } = target;
    if (target.document !== located.document) this.origins.set(JSON.stringify(at), target);
    if (Array.isArray(value) || isMapping(value)) return this.#copy({ ...target, value }, schema, at);
    // What is no text in the file but comes from a reference would be text in Ansible.
    const isScalar = typeof value === 'number' || typeof value === 'boolean';
    const wantsText =
      types.includes('string') && !types.some((type) => type === 'integer' || type === 'number');
    return target.followed && isScalar && wantsText && !types.includes('boolean') ? textOf(value) : value;
  }

  /** Copies a list or a mapping; children that the schema does not describe are kept as they are. */
  #copy(
    target: LocatedValue & { value: Mapping | unknown[]; trail: readonly string[] },
    schema: JsonSchema,
    at: Pointer,
  ): unknown {
    const { value } = target;
    this.#nodes += Array.isArray(value) ? value.length : Object.keys(value).length;
    if (this.#nodes > MAX_NODES) return this.#tooMany(target, at);
    const copyChild = (step: string | number, child: unknown): unknown => {
      const childRules = childSchema(this.#root, schema, step);
      if (childRules === null) return child;
      const childPlace = { value: child, document: target.document, pointer: [...target.pointer, step] };
      return this.walk(childPlace, childRules, [...at, step], target.trail);
    };
    if (Array.isArray(value)) {
      return schema.items === undefined ? value : value.map((child, index) => copyChild(index, child));
    }
    const copy = emptyMapping();
    for (const [key, child] of Object.entries(value)) copy[key] = copyChild(key, child);
    return copy;
  }

  #tooMany(located: LocatedValue, at: Pointer): null {
    if (!this.isReported([])) {
      this.#fail(
        located,
        'STW112',
        `references make this contract hold more than ${MAX_NODES} values`,
        undefined,
        SHORTER,
      );
    }
    this.#reported.add(JSON.stringify(at)).add(JSON.stringify([]));
    return null;
  }

  /** The value itself, or what its expressions stand for; null when that is reported as a mistake. */
  #follow(
    located: LocatedValue,
    at: Pointer,
    trail: readonly string[],
  ): (LocatedValue & { trail: readonly string[]; followed: boolean }) | null {
    const { value } = located;
    if (value instanceof VaultedValue) {
      this.#fail(located, 'STW113', 'this field is rendered, so it cannot hold a vaulted value', undefined, {
        hint: VAULT_HINT,
      });
      return null;
    }
    if (value instanceof LiteralText) return { ...located, value: value.text, trail, followed: false };
    if (typeof value !== 'string' || !hasExpression(value))
      return { ...located, trail, followed: trail.length > 0 };
    const pieces = splitExpressions(value);
    const [only] = pieces;
    if (pieces.length === 1 && only?.kind === 'reference') {
      const found = this.#lookUp(located, only.reference, only, trail);
      if (found === null) return null;
      const next = this.#follow(found.place, at, found.trail);
      return next === null ? null : { ...next, followed: true };
    }
    const text = this.#interpolate(located, pieces, at, trail);
    return text === null ? null : { ...located, value: text, trail, followed: true };
  }

  #interpolate(
    located: LocatedValue,
    pieces: ReturnType<typeof splitExpressions>,
    at: Pointer,
    trail: readonly string[],
  ): string | null {
    let result: string | null = '';
    for (const piece of pieces) {
      const part = piece.kind === 'text' ? piece.text : this.#pieceText(located, piece, at, trail);
      result = part === null || result === null ? null : result + part;
      if (result !== null && result.length > MAX_TEXT) {
        this.#fail(located, 'STW112', 'references make this text longer than 64 KiB', undefined, SHORTER);
        return null;
      }
    }
    return result;
  }

  #pieceText(
    located: LocatedValue,
    piece: Exclude<ReturnType<typeof splitExpressions>[number], { kind: 'text' }>,
    at: Pointer,
    trail: readonly string[],
  ): string | null {
    const shown = String(located.value).slice(piece.start, piece.end);
    if (piece.kind === 'unsupported') {
      const hint = 'write the value out, or define a name for it in a `values` file and refer to that name';
      this.#fail(located, 'STW111', `\`${oneLine(shown)}\` ${piece.what}`, piece, { hint });
      return null;
    }
    const found = this.#lookUp(located, piece.reference, piece, trail);
    if (found === null) return null;
    const next = this.#follow(found.place, at, found.trail);
    if (next === null) return null;
    const text = textOf(next.value);
    if (text === null) {
      const what = Array.isArray(next.value) ? 'a list' : isMapping(next.value) ? 'a mapping' : 'empty';
      const message = `\`${oneLine(shown)}\` is ${what}, which cannot stand inside text`;
      this.#fail(located, 'STW114', message, piece, { hint: 'refer to one of its values' });
    }
    return text;
  }

  /** Finds what a reference names; reports cycles, unknown names and runaway expansion. */
  #lookUp(
    located: LocatedValue,
    reference: Reference,
    range: { start: number; end: number },
    trail: readonly string[],
  ): { place: LocatedValue; trail: readonly string[] } | null {
    const path = pathOf(reference);
    if (trail.includes(path)) {
      const cycle = [...trail.slice(trail.indexOf(path)), path].map((name) => `\`${name}\``).join(' → ');
      this.#fail(located, 'STW112', `references lead back to themselves: ${cycle}`, range, {
        hint: 'give one of them a value of its own',
      });
      return null;
    }
    if (trail.length >= MAX_NESTING) {
      this.#fail(located, 'STW112', `references lead through more than ${MAX_NESTING} others`, range, {});
      return null;
    }
    if (++this.#steps > MAX_STEPS) {
      if (this.#steps === MAX_STEPS + 1) {
        this.#fail(
          located,
          'STW112',
          `more than ${MAX_STEPS} references are followed for this contract`,
          range,
          SHORTER,
        );
      }
      return null;
    }
    const found = this.#descend(reference);
    const { fallback } = reference;
    const usesFallback = fallback !== null && (found === null || (fallback.forEmpty && isFalsy(found.value)));
    if (usesFallback) return { place: { ...located, value: fallback.value }, trail: [...trail, path] };
    if (found?.value instanceof VaultedValue) {
      const shown = String(located.value).slice(range.start, range.end);
      this.#fail(
        located,
        'STW113',
        `\`${oneLine(shown)}\` names a vaulted value, and this field is rendered`,
        range,
        {
          hint: VAULT_HINT,
        },
      );
      return null;
    }
    if (found !== null) return { place: found, trail: [...trail, path] };
    this.#reportUndefined(located, reference, range);
    return null;
  }

  #topLevel(name: string): LocatedValue | undefined {
    const given = this.#values.get(name);
    const own = this.#own.value;
    if (given !== undefined || !isMapping(own) || !Object.hasOwn(own, name)) return given;
    return { value: own[name], document: this.#own, pointer: [name] };
  }

  #descend(reference: Reference): LocatedValue | null {
    let place = this.#topLevel(reference.name);
    for (const step of reference.steps) {
      if (place === undefined) return null;
      const { value } = place;
      const next: unknown =
        Array.isArray(value) && typeof step === 'number'
          ? value[step]
          : isMapping(value) && Object.hasOwn(value, String(step))
            ? value[String(step)]
            : undefined;
      place = next === undefined ? undefined : { ...place, value: next, pointer: [...place.pointer, step] };
    }
    return place ?? null;
  }

  #suggest(name: string): string | null {
    if (++this.#suggestions > MAX_SUGGESTIONS) return null;
    return suggest(name, [...Object.keys(asMapping(this.#own.value)), ...this.#values.names()]);
  }

  #reportUndefined(located: LocatedValue, reference: Reference, range: { start: number; end: number }): void {
    const path = pathOf(reference);
    const root = this.#topLevel(reference.name);
    const similar = root === undefined ? this.#suggest(reference.name) : null;
    const hint =
      similar !== null
        ? `did you mean \`${similar}\`?`
        : `define \`${reference.name}\` in the contract or in a \`values\` file of the policy, or write the value out`;
    const message =
      root === undefined ? `\`${reference.name}\` is not defined` : `\`${path}\` does not exist`;
    this.#fail(located, 'STW110', message, range, { hint });
  }

  #fail(
    located: LocatedValue,
    code: 'STW110' | 'STW111' | 'STW112' | 'STW113' | 'STW114',
    message: string,
    within: { start: number; end: number } | undefined,
    options: { hint?: string },
  ): void {
    const findings = new Findings(located.document);
    findings.error(code, located.pointer, message, {
      ...options,
      ...(within === undefined ? {} : { within }),
    });
    append(this.diagnostics, findings.diagnostics);
  }
}

function pathOf(reference: Reference): string {
  return [reference.name, ...reference.steps].join('.');
}

/** Text of a scalar inside longer text, as Ansible writes it; null for what is no scalar. */
function textOf(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : null;
}

/** Python's idea of false, which `default(x, true)` goes by. */
function isFalsy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isMapping(value)) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
