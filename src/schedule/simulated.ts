import { knownSchedule } from './job-schedule.js';
import { simulate, type Clockwork } from './runs.js';
import type { Zones } from './zone.js';

/** Runs of each (cron, zone, clockwork) over the simulation, computed once. */
export class Simulated {
  readonly zones: Zones;
  readonly #known = new Map<string, ReturnType<typeof simulate>>();

  constructor(zones: Zones) {
    this.zones = zones;
  }

  of(
    { cron, timezone }: { readonly cron: string; readonly timezone: string },
    clockwork: Clockwork,
  ): ReturnType<typeof simulate> {
    const key = `${cron} ${timezone} ${clockwork}`;
    const known = this.#known.get(key) ?? simulate(knownSchedule(cron), this.zones(timezone), clockwork);
    this.#known.set(key, known);
    return known;
  }
}
