import { knownSchedule } from './job-schedule.js';
import { simulate, SIMULATION, type Clockwork, type Period } from './runs.js';
import type { Zones } from './zone.js';

type Simulation = ReturnType<typeof simulate>;

/** The runs of jobs over one period; each cron, time zone and clockwork is computed once. */
export class Simulated {
  readonly zones: Zones;
  readonly #period: Period;
  readonly #known = new Map<string, Simulation>();

  constructor(zones: Zones, period: Period = SIMULATION) {
    this.zones = zones;
    this.#period = period;
  }

  of(
    { cron, timezone }: { readonly cron: string; readonly timezone: string },
    clockwork: Clockwork,
  ): Simulation {
    const key = `${cron} ${timezone} ${clockwork}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = simulate(knownSchedule(cron), this.zones(timezone), clockwork, this.#period);
    this.#known.set(key, made);
    return made;
  }
}
