import { isExclusive, type JobDraft } from '../model/job.js';
import { type JobSchedule, knownSchedule, scheduleAt } from '../schedule/job-schedule.js';
import { firstCollision, freeTimes } from '../schedule/collisions.js';
import { SIMULATION } from '../schedule/runs.js';
import { Simulated } from '../schedule/simulated.js';
import { groupBy } from '../lookup/group.js';
import type { Placing } from './place-in-time.js';

/** Jobs that one must not meet, and from how many minutes on it does not. */
interface Others {
  readonly runs: readonly (readonly number[])[];
  readonly apart: number;
}

/** Minutes that a prune or check of a large repository may well last: so far apart, where the day has room for it. */
const ROOM = 120;

/**
 * The times of jobs that want to be near another: an operator's own prune and check, near those of the repository and
 * clear of them. Both need it alone, and K8up does not wait: before anything else it lists the snapshots, which fails
 * while another has the exclusive lock (k8up-io/k8up, cmd/restic/main.go). For backups, which lock nobody out for long,
 * it does wait. All that want to be near the same job run together.
 *
 * @param schedules of the jobs that have a time; those that are found are added
 */
export function placeNear(
  drafts: readonly JobDraft[],
  schedules: Map<string, JobSchedule>,
  { zones, margins }: Placing,
): void {
  const waiting = groupBy(drafts, ({ wish }) => (wish.at === 'near' ? wish.job : null));
  waiting.delete(null);
  if (waiting.size === 0) return;
  const simulated = new Simulated(zones);
  const byRepository = groupBy(
    drafts.flatMap((draft) => draft.locks.map(({ repository }) => ({ repository, draft }))),
    ({ repository }) => repository,
  );
  for (const [target, together] of waiting) {
    const [first] = together;
    const goal = schedules.get(target ?? '');
    if (first === undefined || goal === undefined) continue;
    const rivals = first.locks.flatMap(({ repository }) => byRepository.get(repository) ?? []);
    const runsOf = (isAlone: boolean): (readonly number[])[] => {
      const runs = rivals.flatMap(({ draft }) => {
        const schedule = schedules.get(draft.id);
        if (schedule === undefined || isExclusive(draft) !== isAlone) return [];
        return [simulated.of(schedule, draft.clock).runs];
      });
      return [...new Set(runs)];
    };
    const margin = Math.max(0, ...first.locks.map(({ repository }) => margins.get(repository) ?? 0));
    const time = clearTime(
      goal,
      first.clock,
      runsOf(true),
      { runs: runsOf(false), apart: margin },
      simulated,
    );
    const schedule = scheduleAt(time, goal.timezone, 0);
    for (const { id } of together) schedules.set(id, schedule);
  }
}

/** The nearest time that is far from the others, or else as far as can be; the same where there is none. */
function clearTime(
  { cron, timezone }: JobSchedule,
  clock: JobDraft['clock'],
  alone: Others['runs'],
  backups: Others,
  simulated: Simulated,
): string {
  const far = { runs: alone, apart: Math.max(ROOM, backups.apart) };
  const near = { runs: alone, apart: Math.max(1, backups.apart) };
  const zone = simulated.zones(timezone);
  for (const others of [[far, backups], [near, backups], [far], [near]]) {
    const meetsNone = (time: string): boolean => {
      const { runs } = simulated.of({ cron: time, timezone }, clock);
      return others.every((one) =>
        one.runs.every((other) => firstCollision(runs, other, one.apart) === null),
      );
    };
    const busy = others.flatMap(({ runs }) => runs);
    const apart = Math.min(...others.map((one) => one.apart));
    for (const time of freeTimes(knownSchedule(cron), zone, clock, busy, apart, SIMULATION)) {
      if (meetsNone(time)) return time;
    }
  }
  return cron;
}
