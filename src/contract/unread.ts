import { asText } from '../source/access.js';
import { isMapping } from '../source/yaml-values.js';
import type { Unread } from '../model/unread.js';

/** The id of a contract with mistakes; null when it does not say one, or by a reference. */
export function idOf(value: unknown): string | null {
  const id = isMapping(value) ? asText(value.service_id) : null;
  return id === null || id === '' || id.includes('{{') ? null : id;
}

/** Of the ids of all contracts with mistakes, null for one without. */
export function unreadOf(ids: readonly (string | null)[]): Unread {
  return {
    ids: new Set(ids.filter((id) => id !== null)),
    nameless: ids.includes(null),
  };
}
