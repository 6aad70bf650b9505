import { asText } from '../source/access.js';
import { isMapping } from '../source/yaml-values.js';

/**
 * Contracts that have mistakes, and so are in no list of contracts. What is missing only because of them is no mistake of its
 * own: a second message about it would advise to take away what belongs there.
 */
export interface Unread {
  /** Ids that such contracts give. */
  readonly ids: ReadonlySet<string>;
  /** Whether some file could not even be read so far: any id may be in it. */
  readonly nameless: boolean;
}

export const NOTHING_UNREAD: Unread = { ids: new Set(), nameless: false };

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
