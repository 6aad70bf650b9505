import { asMapping } from '../source/access.js';
import { wholeFile, type Diagnostic } from '../diagnostics/diagnostic.js';
import { append } from '../source/append.js';
import type { Pointer, WrittenDocument } from '../source/document.js';
import { Findings } from '../source/findings.js';
import { allowedTypes, childSchema, type JsonSchema } from '../source/schema.js';
import { suggest } from '../source/suggest.js';
import { emptyMapping, isMapping, LiteralText, VaultedValue, type Mapping } from '../source/yaml-values.js';
import { evaluate, type Context, type Outcome, type Resolving, type Undefined } from './evaluate.js';
import { hasExpression, splitExpressions, type Piece, type Reference, type Step } from './expression.js';
import { MAX_TEXT, PythonFloat, pythonText } from './python.js';
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
/** Fields that nothing but pages for people read: what is wrong in them never stops a backup. */
const ONLY_ON_PAGES = ['health', 'service_security', 'container_name'];

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
  const resolver = new Resolver({ ...NOTHING, file: located.document.file }, ANYTHING, values);
  return { value: resolver.walk(located, ANYTHING, [], []), diagnostics: resolver.diagnostics };
}

/** What a value of a contract stands for, in a field where a mistake does not matter; null for one that nobody knows. */
export function resolveQuietly(own: WrittenDocument, value: unknown, values: ValuesLookup): unknown {
  const nowhere = { ...NOTHING, file: own.file };
  return new Resolver(own, ANYTHING, values).walk(
    { value, document: nowhere, pointer: [] },
    ANYTHING,
    [],
    [],
  );
}

const ANYTHING: JsonSchema = { type: ['string', 'number', 'boolean'] };

/** In place of a contract, where there is none. */
const NOTHING: Omit<WrittenDocument, 'file'> = {
  value: null,
  span: () => wholeFile(''),
  raw: () => null,
  isFloat: () => false,
};

class Resolver implements Resolving {
  readonly diagnostics: Diagnostic[] = [];
  readonly origins = new Map<string, LocatedValue>();
  readonly #own: WrittenDocument;
  readonly #root: JsonSchema;
  readonly #values: ValuesLookup;
  readonly #reported = new Set<string>();
  #steps = 0;
  #nodes = 0;
  #suggestions = 0;
  /** The field that is being resolved. */
  #at: Pointer = [];

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
    this.#at = at;
    const outcome = this.follow(located, trail);
    if (outcome?.kind !== 'value') {
      outcome?.report();
      this.#reported.add(JSON.stringify(at));
      return null;
    }
    const target = { ...outcome.place, trail: outcome.trail };
    const { value } = target;
    if (target.document !== located.document) this.origins.set(JSON.stringify(at), target);
    if (value instanceof PythonFloat) return this.#scalar(value, types, true);
    if (Array.isArray(value) || isMapping(value)) return this.#copy({ ...target, value }, schema, at);
    return this.#scalar(value, types, outcome.followed);
  }

  /** What is no text in the file but comes from a reference would be text in Ansible. */
  #scalar(value: unknown, types: readonly string[], followed: boolean): unknown {
    const plain = value instanceof PythonFloat ? value.value : value;
    const isScalar = typeof plain === 'number' || typeof plain === 'boolean';
    const wantsText =
      types.includes('string') && !types.some((type) => type === 'integer' || type === 'number');
    return followed && isScalar && wantsText && !types.includes('boolean') ? pythonText(value) : plain;
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
  follow(located: LocatedValue, trail: readonly string[]): Outcome | null {
    const { value } = located;
    const found = (followed: boolean, resolved = value): Outcome => ({
      ...{ kind: 'value', place: { ...located, value: resolved }, trail, followed },
    });
    if (value instanceof VaultedValue) {
      this.#fail(located, 'STW113', 'this field is rendered, so it cannot hold a vaulted value', undefined, {
        hint: VAULT_HINT,
      });
      return null;
    }
    if (value instanceof LiteralText) return found(false, value.text);
    if (typeof value !== 'string' || !hasExpression(value)) return found(trail.length > 0);
    const pieces = splitExpressions(value);
    const [only] = pieces;
    if (pieces.length === 1 && only?.kind === 'expression') {
      const outcome = evaluate(only.expression, { located, range: only, trail }, this);
      return outcome?.kind === 'value' ? { ...outcome, followed: true } : outcome;
    }
    const text = this.#interpolate(located, pieces, trail);
    return typeof text === 'string' ? found(true, text) : text;
  }

  #interpolate(
    located: LocatedValue,
    pieces: readonly Piece[],
    trail: readonly string[],
  ): string | Undefined | null {
    let result = '';
    const missing: Undefined[] = [];
    let isReported = false;
    for (const piece of pieces) {
      const part = piece.kind === 'text' ? piece.text : this.#pieceText(located, piece, trail);
      if (typeof part === 'string') result += part;
      else if (part === null) isReported = true;
      else missing.push(part);
      if (result.length > MAX_TEXT) {
        this.#fail(located, 'STW112', 'references make this text longer than 64 KiB', undefined, SHORTER);
        return null;
      }
    }
    const report = () => {
      for (const each of missing) each.report();
    };
    if (isReported) {
      report();
      return null;
    }
    return missing.length > 0 ? { kind: 'undefined', report } : result;
  }

  #pieceText(
    located: LocatedValue,
    piece: Exclude<Piece, { kind: 'text' }>,
    trail: readonly string[],
  ): string | Undefined | null {
    const context = { located, range: piece, trail };
    if (piece.kind === 'unsupported') return this.notUnderstood(context, piece.what);
    const outcome = evaluate(piece.expression, context, this);
    if (outcome?.kind !== 'value') return outcome;
    const { document, pointer, value } = outcome.place;
    const isFloat = typeof value === 'number' && document.isFloat(pointer);
    const text = value === null ? null : pythonText(isFloat ? new PythonFloat(value) : value);
    if (text !== null) return text;
    const what = Array.isArray(value) ? 'a list' : isMapping(value) ? 'a mapping' : 'empty';
    const message = `\`${shownOf(context)}\` is ${what}, which cannot stand inside text`;
    this.#fail(located, 'STW114', message, piece, { hint: 'refer to one of its values' });
    return null;
  }

  notUnderstood(context: Context, why: string): null {
    const hint =
      'write the value itself, or a plain `{{ name }}` here and `name: …` with that value in a `values` file';
    this.#fail(context.located, 'STW111', `\`${shownOf(context)}\` ${why}`, context.range, { hint });
    return null;
  }

  environmentUnread({ located, range }: Context, name: string): void {
    const findings = new Findings(located.document);
    const message = `the environment is not read, so \`${name}\` counts as not set`;
    findings.info('STW117', located.pointer, message, {
      within: range,
      hint: 'if deployments set it, give the value by a name in a `values` file in place of the lookup',
    });
    append(this.diagnostics, findings.diagnostics);
  }

  /** Finds what a reference names; reports cycles and runaway expansion. */
  lookUp(reference: Reference, context: Context): Outcome | null {
    const { located, range, trail } = context;
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
        const message = `more than ${MAX_STEPS} references are followed for this contract`;
        this.#fail(located, 'STW112', message, range, SHORTER);
      }
      return null;
    }
    const found = this.#descend(reference, [...trail, path]);
    if ('outcome' in found) return found.outcome;
    const { place } = found;
    if (place === undefined) return this.#undefined(reference, context);
    if (place.value instanceof VaultedValue) {
      const message = `\`${shownOf(context)}\` names a vaulted value, and this field is rendered`;
      this.#fail(located, 'STW113', message, range, { hint: VAULT_HINT });
      return null;
    }
    return this.follow(place, [...trail, path]);
  }

  #topLevel(name: string): LocatedValue | undefined {
    const given = this.#values.get(name);
    const own = this.#own.value;
    if (given !== undefined || !isMapping(own) || !Object.hasOwn(own, name)) return given;
    return { value: own[name], document: this.#own, pointer: [name] };
  }

  /** Goes to what a reference names; what stands on the way may be a reference itself. */
  #descend(
    reference: Reference,
    trail: readonly string[],
  ): { readonly place: LocatedValue | undefined } | { readonly outcome: Outcome | null } {
    let place = this.#topLevel(reference.name);
    for (const step of reference.steps) {
      if (typeof place?.value === 'string' && hasExpression(place.value)) {
        const outcome = this.follow(place, trail);
        if (outcome?.kind !== 'value') return { outcome };
        place = outcome.place;
      }
      place = place === undefined ? undefined : stepInto(place, step);
    }
    return { place };
  }

  #suggest(name: string): string | null {
    if (++this.#suggestions > MAX_SUGGESTIONS) return null;
    return suggest(name, [...Object.keys(asMapping(this.#own.value)), ...this.#values.names()]);
  }

  /** Nothing is wrong with it where a default stands in for it. */
  #undefined(reference: Reference, { located, range }: Context): Outcome {
    const at = this.#at;
    const report = () => {
      const path = pathOf(reference);
      const root = this.#topLevel(reference.name);
      const similar = root === undefined ? this.#suggest(reference.name) : null;
      const hint =
        similar !== null
          ? `did you mean \`${similar}\`?`
          : `define \`${reference.name}\` in the contract or in a \`values\` file of the policy, or write the value out`;
      const message =
        root === undefined ? `\`${reference.name}\` is not defined` : `\`${path}\` does not exist`;
      this.#at = at;
      this.#fail(located, 'STW110', message, range, { hint });
    };
    return { kind: 'undefined', report };
  }

  #fail(
    located: LocatedValue,
    code: 'STW110' | 'STW111' | 'STW112' | 'STW113' | 'STW114',
    message: string,
    within: { start: number; end: number } | undefined,
    options: { hint?: string },
  ): void {
    const findings = new Findings(located.document);
    const isLeftOut = ONLY_ON_PAGES.includes(String(this.#at[0]));
    const hint =
      isLeftOut && options.hint !== undefined ? `${options.hint}; pages do without it` : options.hint;
    findings[isLeftOut ? 'warning' : 'error'](code, located.pointer, message, {
      ...(hint === undefined ? {} : { hint }),
      ...(within === undefined ? {} : { within }),
    });
    append(this.diagnostics, findings.diagnostics);
  }
}

function stepInto(place: LocatedValue, step: Step): LocatedValue | undefined {
  const { value } = place;
  const next: unknown =
    typeof step === 'number' && (Array.isArray(value) || typeof value === 'string')
      ? Array.from<unknown>(value).at(step)
      : isMapping(value) && Object.hasOwn(value, String(step))
        ? value[String(step)]
        : undefined;
  const at = typeof step === 'number' && step < 0 && Array.isArray(value) ? value.length + step : step;
  return next === undefined ? undefined : { ...place, value: next, pointer: [...place.pointer, at] };
}

function shownOf({ located, range }: Context): string {
  return oneLine(String(located.value).slice(range.start, range.end));
}

function pathOf(reference: Reference): string {
  return [reference.name, ...reference.steps].join('.');
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
