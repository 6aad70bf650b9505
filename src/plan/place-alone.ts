import { offsetsNear, type StartWindows } from '../schedule/start-windows.js';

/** What a job that needs a repository alone finds there. */
export interface Alone {
  /** Minutes around it in which nothing else may start. */
  readonly margin: number;
  /** Jobs that cannot move; those that are placed come to them. */
  readonly settled: StartWindows[];
  /** Jobs that can. */
  readonly flexible: readonly StartWindows[];
}

/** So many offsets are looked at more closely, scattered over those that are free. */
const CANDIDATES = 96;

/**
 * When a job that needs repositories alone starts within the time that the policy leaves it: never near a job that
 * cannot move, then where it takes the fewest start times from the backups that can, then as early as possible.
 * Depends on the schedules of the backups and not on their number, so a service more moves no maintenance unless it
 * brings a schedule of its own. Where nothing is free it stays at the beginning, and the checks say so.
 *
 * @returns minutes after the time that the policy names
 */
export function placeAlone(job: StartWindows, repositories: readonly Alone[]): number {
  if (job.room === 1) return 0;
  const blocked = new Set(
    repositories.flatMap(({ settled, margin }) => [...unionNear(job, settled, margin)]),
  );
  const free = Array.from({ length: job.room }, (_, offset) => offset).filter(
    (offset) => !blocked.has(offset),
  );
  const movable = repositories.flatMap(({ flexible, settled, margin }) =>
    flexible.map((backup) => ({ backup, margin, taken: unionNear(backup, settled, margin) })),
  );
  const step = Math.ceil(free.length / CANDIDATES);
  let [best, least] = [free[0] ?? 0, Number.POSITIVE_INFINITY];
  for (let index = 0; index < free.length && least > 0; index += step) {
    const offset = free[index] ?? 0;
    const at = { runs: job.runs.map((run) => run + offset), room: 1 };
    let cost = 0;
    for (const { backup, margin, taken } of movable) {
      for (const minute of offsetsNear(backup, at, margin)) if (!taken.has(minute)) cost += 1;
    }
    if (cost < least) [best, least] = [offset, cost];
  }
  return best;
}

/** The offsets of a job that bring it near any of the others. */
export function unionNear(job: StartWindows, others: readonly StartWindows[], margin: number): Set<number> {
  return new Set(others.flatMap((other) => [...offsetsNear(job, other, margin)]));
}
