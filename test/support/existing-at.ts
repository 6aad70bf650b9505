import type { Lifetime } from '../../src/retention/simulate.js';

/** The snapshots that exist at a minute, oldest first: taken by then and not removed yet. */
export function existingAt(lives: readonly Lifetime[], minute: number): number[] {
  return lives
    .filter(({ taken, removed }) => taken <= minute && (removed === null || removed > minute))
    .map(({ taken }) => taken);
}
