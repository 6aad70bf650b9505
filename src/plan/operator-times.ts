import type { Repository } from '../policy/policy.js';
import { firstCollision, freeTimes } from '../schedule/collisions.js';
import { knownSchedule } from '../schedule/job-schedule.js';
import { SIMULATION } from '../schedule/runs.js';
import { Simulated } from '../schedule/simulated.js';
import type { Zones } from '../schedule/zone.js';
import { maintenanceClockwork, MAINTENANCE_KINDS } from './maintenance-times.js';
import type { JobSchedule, OperatorTimes, Placement } from './plan.js';
import { clockworkOf, type MaintenanceTimes } from './schedules.js';

/** Jobs that K8up's must not meet, and from how many minutes on they do not. */
interface Others {
  readonly runs: readonly (readonly number[])[];
  readonly apart: number;
}

/** Minutes that a prune or check of a large repository may well last: so far apart, where the day has room for it. */
const ROOM = 120;

/**
 * When K8up prunes and checks a repository: near the repository's own jobs, and clear of them. Both need it alone, and
 * K8up does not wait: before anything else it lists the snapshots, which fails while another has the exclusive lock
 * (k8up-io/k8up, cmd/restic/main.go). For backups, which lock nobody out for long, it does wait.
 *
 * @param placements of every service that is backed up into the repository
 */
export function operatorTimes(
  repository: Repository,
  own: MaintenanceTimes,
  placements: readonly Placement[],
  zones: Zones,
): OperatorTimes {
  const simulated = new Simulated(zones);
  const clockwork = maintenanceClockwork(repository);
  const jobs = MAINTENANCE_KINDS.map((kind) => simulated.of(own[kind], clockwork).runs);
  const runs = placements.map(({ runtime, schedule }) => simulated.of(schedule, clockworkOf(runtime)).runs);
  const backups = { runs: [...new Set(runs)], apart: repository.margin };
  const place = (schedule: JobSchedule, others: Others['runs']): string => {
    const far = { runs: others, apart: Math.max(ROOM, repository.margin) };
    const near = { runs: others, apart: Math.max(1, repository.margin) };
    for (const attempt of [[far, backups], [near, backups], [far], [near]]) {
      const time = clearTime(schedule, attempt, simulated);
      if (time !== null) return time;
    }
    return schedule.cron;
  };
  const prune = place(own.prune, jobs);
  const pruned = simulated.of({ cron: prune, timezone: own.prune.timezone }, 'kubernetes').runs;
  return { prune, check: place(own.check, [...jobs, pruned]) };
}

/** The nearest time that is free. */
function clearTime(
  { cron, timezone }: JobSchedule,
  others: readonly Others[],
  simulated: Simulated,
): string | null {
  const meetsNone = (time: string): boolean => {
    const { runs } = simulated.of({ cron: time, timezone }, 'kubernetes');
    return others.every((one) => one.runs.every((other) => firstCollision(runs, other, one.apart) === null));
  };
  const busy = others.flatMap(({ runs }) => runs);
  const apart = Math.min(...others.map((one) => one.apart));
  const zone = simulated.zones(timezone);
  for (const time of freeTimes(knownSchedule(cron), zone, 'kubernetes', busy, apart, SIMULATION)) {
    if (meetsNone(time)) return time;
  }
  return null;
}
