import type { JsonSchema } from '../source/schema.js';
import type { Scalar } from './leaves.js';

/** The parts of a schema that say which other values a key may have. */
interface ValueSchema extends JsonSchema {
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
}

/**
 * Other values for a scalar, likelier ones first, none of them certain to be valid: another one that the schema
 * lists, another time, duration, number, path, zone or name.
 */
export function candidatesFor(value: Scalar, schema: JsonSchema | null): readonly Scalar[] {
  const known: ValueSchema | null = schema;
  const listed = [...(known?.enum ?? []), ...(known?.examples ?? [])].filter(isScalar);
  const all = [...listed, ...variations(value)];
  return [...new Set(all)].filter((candidate) => candidate !== value);
}

function variations(value: Scalar): Scalar[] {
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1, value - 1];
  if (/^\S+ \S+ \S+ \S+ \S+$/.test(value)) return ['17 3 * * *', '18 16 * * 3'];
  if (value.startsWith('@')) return ['@daily', '@weekly'];
  if (/^\d+$/.test(value)) return [String(Number(value) + 1)];
  const [, count, unit] = /^(\d+)(\D.*)$/.exec(value) ?? [];
  const longer = count === undefined ? [] : [`${Number(count) + 1}${unit ?? ''}`];
  const window = /^\d\d:\d\d-\d\d:\d\d$/.test(value) ? ['03:00-04:00', '21:00-23:00'] : [];
  const zone = /^[A-Z]/.test(value) ? ['Asia/Tokyo'] : [];
  return [...longer, ...window, ...zone, `${value}x`, `${value}-x`, `x${value}`];
}

export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
