import type { JobDraft, Wish } from '../model/job.js';
import { formatCron } from '../schedule/cron.js';
import { knownSchedule } from '../schedule/job-schedule.js';
import type { StartWindows } from '../schedule/start-windows.js';
import { offsetRoom } from '../schedule/offset.js';
import { simulatedRuns, SIMULATION, timesOfDay } from '../schedule/runs.js';
import type { Zones } from '../schedule/zone.js';

const DAY = 1440;

export type Window = Extract<Wish, { at: 'window' }>;

/** What jobs with the same wish, clock and locks have in common. */
export interface Lane extends StartWindows {
  readonly repositories: readonly string[];
  /** Tells schedules with different runs apart. */
  readonly name: string;
  /** Minutes of the day at which a job without offset starts; by one clock for all lanes. */
  readonly starts: readonly number[];
}

/** The lanes of a plan's jobs: each is reckoned once, however many jobs are in it. */
export class Lanes {
  readonly #zones: Zones;
  readonly #reference: number;
  readonly #known = new Map<string, Lane>();

  /** @param timezone the clock by which all starts are told, as it stands on the first day of the simulation */
  constructor(zones: Zones, timezone: string) {
    this.#zones = zones;
    this.#reference = zones(timezone).offsetAt(SIMULATION.from);
  }

  of({ clock, locks }: Pick<JobDraft, 'clock' | 'locks'>, wish: Window): Lane {
    const { expression, timezone, spread } = wish;
    const held = locks.flatMap(({ repository, mode }) => [repository, mode]);
    const key = [expression, timezone, spread, clock, ...held].join('\0');
    const lane = this.#known.get(key) ?? this.#make(clock, locks, wish);
    this.#known.set(key, lane);
    return lane;
  }

  #make(clock: JobDraft['clock'], locks: JobDraft['locks'], { expression, timezone, spread }: Window): Lane {
    const schedule = knownSchedule(expression);
    const zone = this.#zones(timezone);
    const { from } = SIMULATION;
    const room = offsetRoom(schedule, spread);
    const later = this.#reference - zone.offsetAt(from) + DAY;
    return {
      repositories: [...new Set(locks.map(({ repository }) => repository))],
      name: `${formatCron(schedule)} ${timezone} ${room}`,
      starts: timesOfDay(schedule).map((time) => (time + later) % DAY),
      room,
      runs: simulatedRuns(schedule, zone, clock),
    };
  }
}
