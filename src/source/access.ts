import { emptyMapping, isMapping, type Mapping } from './yaml-values.js';

/**
 * Readers for values that a schema has already judged: what has the wrong type counts as absent, since that is
 * reported, and what follows can still be checked.
 */
export function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A text with something in it. */
export function nonEmpty(value: unknown): string | null {
  const text = asText(value);
  return text === '' ? null : text;
}

/** The text of a scalar, as people write numbers without quotes. */
export function scalarText(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return nonEmpty(value);
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asMapping(value: unknown): Mapping {
  return isMapping(value) ? value : emptyMapping();
}

export function asTexts(value: unknown): readonly string[] {
  return asList(value).filter((item) => typeof item === 'string');
}

/** A whole number, or text that consists of its digits (as references give it). */
export function asInteger(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null;
  return typeof value === 'string' && /^[0-9]{1,9}$/.test(value) ? Number(value) : null;
}

/** What a list or mapping holds, with the step that leads there; nothing for any other value. */
export function childrenOf(value: unknown): [string | number, unknown][] {
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item]);
  return isMapping(value) ? Object.entries(value) : [];
}
