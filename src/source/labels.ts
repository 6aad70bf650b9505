import { asMapping } from './access.js';

/** Labels by key, as the schema has let them through. */
export function readLabels(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asMapping(value)).flatMap(([key, label]) =>
      typeof label === 'string' ? [[key, label] as const] : [],
    ),
  );
}
