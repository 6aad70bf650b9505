import { emptyMapping } from '../source/yaml-values.js';
import type { Expression, Filtered, Reference } from './expression.js';
import { applyFilter, PARAMETERS, Unknown } from './filters.js';
import { isFalsy, PythonFloat } from './python.js';
import type { LocatedValue } from './values.js';

/** An expression in a text. */
export interface Context {
  readonly located: LocatedValue;
  /** In UTF-16 code units. */
  readonly range: { readonly start: number; readonly end: number };
  /** The references that led here. */
  readonly trail: readonly string[];
}

/** What something stands for. Nothing is wrong with a name that is not defined until somebody needs its value. */
export type Outcome =
  | {
      readonly kind: 'value';
      readonly place: LocatedValue;
      readonly trail: readonly string[];
      readonly followed: boolean;
    }
  | Undefined;

/** A name that is not defined, or something made with one. */
export interface Undefined {
  readonly kind: 'undefined';
  readonly report: () => void;
}

/** What evaluating needs of whoever resolves a contract; null is what is reported already. */
export interface Resolving {
  lookUp(reference: Reference, context: Context): Outcome | null;
  /** What a value in a list or mapping stands for. */
  follow(place: LocatedValue, trail: readonly string[]): Outcome | null;
  notUnderstood(context: Context, why: string): null;
  environmentUnread(context: Context, name: string): void;
}

/** What an expression stands for. */
export function evaluate(expression: Expression, context: Context, resolving: Resolving): Outcome | null {
  const made = (value: unknown): Outcome => ({
    kind: 'value',
    place: { ...context.located, value },
    trail: context.trail,
    followed: true,
  });
  switch (expression.kind) {
    case 'literal':
      return made(expression.value);
    case 'reference':
      return resolving.lookUp(expression, context);
    case 'environment':
      resolving.environmentUnread(context, expression.name);
      return expression.fallback === null ? made('') : evaluate(expression.fallback, context, resolving);
    case 'list': {
      const items = expression.items.map((item) => plain(evaluate(item, context, resolving), resolving));
      return items.includes(NONE) ? null : made(items);
    }
    case 'mapping': {
      const mapping = emptyMapping();
      for (const [key, item] of expression.entries) {
        mapping[key] = plain(evaluate(item, context, resolving), resolving);
      }
      return Object.values(mapping).includes(NONE) ? null : made(mapping);
    }
    case 'filter':
      return evaluateFilter(expression, context, resolving, made);
  }
}

/** Evaluates an argument of a filter by its name; undefined where it is not given. */
type Arguments = (name: string) => Outcome | null | undefined;

function evaluateFilter(
  filter: Filtered,
  context: Context,
  resolving: Resolving,
  made: (value: unknown) => Outcome,
): Outcome | null {
  const names = PARAMETERS[filter.name] ?? [];
  const isFitting =
    filter.given.length <= names.length && [...filter.named.keys()].every((name) => names.includes(name));
  if (!isFitting) return resolving.notUnderstood(context, 'gives a filter something that it does not take');
  const argument: Arguments = (name) => {
    const given = filter.named.get(name) ?? filter.given[names.indexOf(name)];
    return given === undefined ? undefined : evaluate(given, context, resolving);
  };
  const of = evaluate(filter.of, context, resolving);
  if (of === null) return null;
  if (filter.name === 'default') return withDefault(of, argument, made);
  if (of.kind === 'undefined') return of;
  if (filter.name === 'ternary') {
    const chosen = ternary(of.place.value, argument);
    return chosen === undefined ? resolving.notUnderstood(context, 'gives `ternary` too little') : chosen;
  }
  const value = plain(of, resolving);
  const given = names.flatMap((name) => {
    const found = argument(name);
    return found === undefined ? [] : [[name, plain(found, resolving)] as const];
  });
  if (value === NONE || given.some(([, argued]) => argued === NONE)) return null;
  const result = applyFilter(filter.name, value, Object.fromEntries(given));
  return result instanceof Unknown ? resolving.notUnderstood(context, result.why) : made(result);
}

function withDefault(of: Outcome, argument: Arguments, made: (value: unknown) => Outcome): Outcome | null {
  const flag = argument('boolean');
  const forEmpty = flag?.kind === 'value' && !isFalsy(flag.place.value);
  const isMissing = of.kind === 'undefined' || (forEmpty && isFalsy(of.place.value));
  if (!isMissing) return of;
  const given = argument('default_value');
  return given === undefined ? made('') : given;
}

function ternary(value: unknown, argument: Arguments): Outcome | null | undefined {
  const none = value === null ? argument('none_val') : undefined;
  const isNone = none === undefined || (none?.kind === 'value' && none.place.value === null);
  return isNone ? argument(isFalsy(value) ? 'false_val' : 'true_val') : none;
}

/** Stands for what is reported. */
const NONE = Symbol('none');

/** A value with everything in it that is a reference; a filter needs all of it. */
function plain(outcome: Outcome | null, resolving: Resolving): unknown {
  if (outcome === null) return NONE;
  if (outcome.kind === 'undefined') {
    outcome.report();
    return NONE;
  }
  const { place, trail } = outcome;
  const { document, pointer, value: found } = place;
  if (typeof found === 'number' && document.isFloat(pointer)) return new PythonFloat(found);
  if (!Array.isArray(found)) return found;
  const items = found.map((value: unknown, index) => {
    const item = { ...place, value, pointer: [...place.pointer, index] };
    return plain(resolving.follow(item, trail), resolving);
  });
  return items.includes(NONE) ? NONE : items;
}
