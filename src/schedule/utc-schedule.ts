import { formatCron } from './cron.js';
import { knownSchedule } from './job-schedule.js';
import { SIMULATION } from './runs.js';
import { movedSchedule } from './shift.js';
import { transitionsBetween, type Zone, type Zones } from './zone.js';

/** How a schedule in a time zone is told to an operator that knows only UTC. */
export interface UtcSchedule {
  readonly cron: string;
  /** Whether one line can say it; else it is read as if it were meant in UTC. */
  readonly isTranslated: boolean;
  /** Offsets of the zone in a year, in minutes, with the days that each holds; the first is the one that the cron is for. */
  readonly offsets: readonly { readonly minutes: number; readonly days: number }[];
}

/** A schedule in UTC that is right as long as the zone is at the offset that it has for the most days of a year. */
export function inUtc(
  { schedule: expression, timezone }: { readonly schedule: string; readonly timezone: string },
  zones: Zones,
): UtcSchedule {
  const offsets = offsetsOf(zones(timezone));
  const schedule = knownSchedule(expression);
  const moved = movedSchedule(schedule, -(offsets[0]?.minutes ?? 0));
  return {
    cron: moved === null ? expression : formatCron(moved),
    isTranslated: moved !== null,
    offsets,
  };
}

/** Offsets of one year, the one of the most days first; of equals the smaller one. */
function offsetsOf(zone: Zone): UtcSchedule['offsets'] {
  const { from } = SIMULATION;
  const to = from + 366 * 1440;
  const held = new Map<number, number>();
  let [start, offset] = [from, zone.offsetAt(from)];
  const hold = (end: number): void => {
    held.set(offset, (held.get(offset) ?? 0) + (end - start));
  };
  for (const { at, after } of transitionsBetween(zone, from, to)) {
    hold(at);
    [start, offset] = [at, after];
  }
  hold(to);
  return [...held]
    .map(([minutes, length]) => ({ minutes, days: Math.round(length / 1440) }))
    .sort((a, b) => b.days - a.days || a.minutes - b.minutes);
}
