import type { Repository } from '../policy/policy.js';
import { knownSchedule } from '../schedule/job-schedule.js';
import { offsetsNear, type StartWindows } from '../schedule/start-windows.js';
import { offsetRoom } from '../schedule/offset.js';
import { runsBetween, SIMULATION, type Clockwork } from '../schedule/runs.js';
import type { Zones } from '../schedule/zone.js';

/** The jobs that need a repository alone, in the order in which they are placed. */
export const MAINTENANCE_KINDS = ['forget', 'prune', 'check'] as const;
/** One of {@link MAINTENANCE_KINDS}. */
export type MaintenanceKind = (typeof MAINTENANCE_KINDS)[number];

/** Minutes after the time that the policy names. */
export type MaintenanceOffsets = Readonly<Record<MaintenanceKind, number>>;

/** The clockwork of a repository's maintenance. */
export function maintenanceClockwork(repository: Pick<Repository, 'maintenance'>): Clockwork {
  return repository.maintenance.kind === 'namespace' ? 'kubernetes' : 'systemd';
}

/** So many offsets are looked at more closely, scattered over those that are free. */
const CANDIDATES = 96;

/**
 * When each of a repository's maintenance jobs starts within the time that the policy leaves it: never near a job
 * that cannot move, then where it takes the fewest start times from the backups that can, then as early as possible.
 * Depends on the schedules of the backups and not on their number, so a service more moves no maintenance unless it
 * brings a schedule of its own. Where nothing is free it stays at the beginning, and the checks say so.
 *
 * @param backups of the repository, one for each distinct schedule
 */
export function placeMaintenance(
  repository: Repository,
  backups: readonly StartWindows[],
  zones: Zones,
): { offsets: MaintenanceOffsets; jobs: readonly StartWindows[] } {
  const jobs = MAINTENANCE_KINDS.map((kind) => {
    const schedule = knownSchedule(repository[kind].schedule);
    const { from, to } = SIMULATION;
    const zone = zones(repository.timezone);
    const runs = runsBetween(schedule, zone, from, to, maintenanceClockwork(repository));
    return { kind, runs, room: offsetRoom(schedule, repository[kind].spread) };
  });
  const settled: StartWindows[] = [...backups, ...jobs].filter(({ room }) => room === 1);
  const flexible = backups.filter(({ room }) => room > 1);
  const offsets = { forget: 0, prune: 0, check: 0 };
  for (const job of jobs.filter(({ room }) => room > 1)) {
    const offset = earliest(job, settled, flexible, repository.margin);
    offsets[job.kind] = offset;
    settled.push({ runs: job.runs.map((run) => run + offset), room: 1 });
  }
  const placed = jobs.map(({ kind, runs }) => ({ runs: runs.map((run) => run + offsets[kind]), room: 1 }));
  return { offsets, jobs: placed };
}

function earliest(
  job: StartWindows,
  settled: readonly StartWindows[],
  flexible: readonly StartWindows[],
  margin: number,
): number {
  const blocked = unionNear(job, settled, margin);
  const free = Array.from({ length: job.room }, (_, offset) => offset).filter(
    (offset) => !blocked.has(offset),
  );
  const taken = flexible.map((backup) => unionNear(backup, settled, margin));
  const step = Math.ceil(free.length / CANDIDATES);
  let [best, least] = [free[0] ?? 0, Number.POSITIVE_INFINITY];
  for (let index = 0; index < free.length && least > 0; index += step) {
    const offset = free[index] ?? 0;
    const other = { runs: job.runs.map((run) => run + offset), room: 1 };
    let cost = 0;
    for (const [at, backup] of flexible.entries()) {
      for (const minute of offsetsNear(backup, other, margin))
        if (taken[at]?.has(minute) === false) cost += 1;
    }
    if (cost < least) [best, least] = [offset, cost];
  }
  return best;
}

/** The offsets of a job that bring it near any of the others. */
export function unionNear(job: StartWindows, others: readonly StartWindows[], margin: number): Set<number> {
  return new Set(others.flatMap((other) => [...offsetsNear(job, other, margin)]));
}
