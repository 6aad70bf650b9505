import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { groupBy } from '../../lookup/group.js';
import type { Placement } from '../../model/plan.js';
import type { CannotReach } from '../../runtimes/runtime.js';

/** A place in which something that a contract asks for is not possible. */
export interface Refused {
  readonly placement: Placement;
  readonly why: CannotReach;
}

/**
 * What to say of it: each place with its reason, and what helps; null where nothing is refused.
 *
 * @param all how many places there are: an error where none is left
 */
export function refusedIn(
  refused: readonly Refused[],
  all: number,
): { readonly severity: Diagnostic['severity']; readonly hint: string; readonly where: string } | null {
  if (refused.length === 0) return null;
  const byReason = groupBy(refused, ({ why }) => why.cannot);
  const reasons = [...byReason].map(([reason, places]) => `on ${namesOf(places)}: ${reason}`);
  return {
    severity: refused.length === all ? 'error' : 'warning',
    where: reasons.join('; '),
    hint: [...new Set(refused.map(({ why }) => why.hint))].join('; '),
  };
}

function namesOf(places: readonly Refused[]): string {
  return [...new Set(places.map(({ placement }) => placeOf(placement)))].join(', ');
}

/** `docker on `web1``, for messages about one of several places. */
export function placeOf({ runtime, host, namespace }: Placement): string {
  if (host !== null) return `${runtime} on \`${host}\``;
  return namespace === null ? runtime : `${runtime} in namespace \`${namespace}\``;
}
