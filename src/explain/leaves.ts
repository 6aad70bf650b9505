import type { Pointer } from '../source/document.js';
import { isMapping } from '../source/yaml-values.js';

export type Scalar = string | number | boolean;

/** One scalar of a document. */
export interface Leaf {
  readonly pointer: Pointer;
  readonly value: Scalar;
}

/** Every scalar of a value, depth first, in its own order; nulls are as good as absent. */
export function leavesOf(value: unknown, pointer: Pointer = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, [...pointer, index]));
  if (isMapping(value)) {
    return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...pointer, key]));
  }
  return isScalar(value) ? [{ pointer, value }] : [];
}

/** A copy of `value` with something else at `pointer`; mappings that are missing on the way are made. */
export function withValue(value: unknown, pointer: Pointer, replacement: unknown): unknown {
  const [step, ...rest] = pointer;
  if (step === undefined) return replacement;
  if (typeof step === 'number') {
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    return list.map((item, index) => (index === step ? withValue(item, rest, replacement) : item));
  }
  const mapping = isMapping(value) ? value : {};
  return { ...mapping, [step]: withValue(mapping[step], rest, replacement) };
}

/** A copy of `value` in which every key and every text that is `name` is another one. */
export function withName(value: unknown, name: string, other: string): unknown {
  if (value === name) return other;
  if (Array.isArray(value)) return value.map((item) => withName(item, name, other));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key === name ? other : key, withName(item, name, other)]),
  );
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
