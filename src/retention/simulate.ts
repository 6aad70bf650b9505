import type { Retention } from '../model/contract.js';
import type { Zone } from '../schedule/zone.js';
import { dated, type Dated } from './dated.js';
import { applyRules } from './keep.js';

const MINUTE = 60_000;

/** One snapshot's life, in minutes from 1970 in UTC. */
export interface Lifetime {
  readonly taken: number;
  /** The forget that removes it; null when it outlives the simulation. */
  readonly removed: number | null;
}

/**
 * Plays backups and forgets against each other: how long each snapshot of one group lives. Every run succeeds, and a
 * snapshot carries the time at which its run is due; a forget that is due in the same minute comes after it.
 *
 * @param runs of the backup, in minutes from 1970 in UTC, sorted
 * @param forgets of the repository, likewise; without any nothing is ever removed
 * @param zone as for {@link keptSnapshots}
 * @returns in the order of the runs
 */
export function snapshotLives(
  runs: readonly number[],
  forgets: readonly number[],
  retention: Retention,
  zone: Zone,
): Lifetime[] {
  const removed = new Map<number, number>();
  let alive: (Dated & { readonly index: number })[] = [];
  let next = 0;
  for (const forget of forgets) {
    const before = next;
    while (next < runs.length && (runs[next] ?? 0) <= forget) {
      alive.unshift({ index: next, ...dated((runs[next] ?? 0) * MINUTE, zone) });
      next += 1;
    }
    // What one forget keeps, the same rules keep again until something new arrives.
    if (next === before) continue;
    const rules = applyRules(alive, retention, zone);
    for (const [position, { index }] of alive.entries()) {
      if (rules[position]?.length === 0) removed.set(index, forget);
    }
    alive = alive.filter(({ index }) => !removed.has(index));
  }
  return runs.map((taken, index) => ({ taken, removed: removed.get(index) ?? null }));
}
