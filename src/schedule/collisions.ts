import { formatCron, type CronSchedule } from './cron.js';
import { offsetRoom, shiftSchedule } from './offset.js';
import { runsBetween, runsOnDay, timesOfDay, type Clockwork, type Period } from './runs.js';
import type { Zone } from './zone.js';

const DAY = 1440;

/** The first pair of runs of two sorted lists that are less than `margin` minutes apart; null for none. */
export function firstCollision(
  first: readonly number[],
  second: readonly number[],
  margin: number,
): readonly [number, number] | null {
  let other = 0;
  for (const run of first) {
    while ((second[other] ?? Number.POSITIVE_INFINITY) <= run - margin) other += 1;
    const near = second[other];
    if (near !== undefined && near < run + margin) return [run, near];
  }
  return null;
}

/**
 * The times at which a maintenance job keeps clear of all other runs on the days on which it runs, as cron expressions
 * with as many runs, those nearest to its own first; after each that is not good enough, those within the margin of it
 * are left out. Proven: its runs over the whole period are compared with the others'.
 */
export function* freeTimes(
  schedule: CronSchedule,
  zone: Zone,
  clockwork: Clockwork,
  busy: readonly (readonly number[])[],
  margin: number,
  period: Period,
): Generator<string> {
  const blocked = blockedMinutes(schedule, zone, busy, margin);
  const given: number[] = [];
  for (const candidate of otherTimes(schedule)) {
    const times = timesOfDay(candidate);
    if (times.some((minute) => blocked[minute] === 1)) continue;
    const [start = 0] = times;
    if (given.some((other) => distance(start, other) < margin)) continue;
    const runs = runsBetween(candidate, zone, period.from, period.to, clockwork);
    if (busy.some((others) => firstCollision(runs, others, margin) !== null)) continue;
    given.push(start);
    yield formatCron(candidate);
  }
}

/** One run a day may move to any minute, the nearest first; several keep their distance and move together. */
function* otherTimes(schedule: CronSchedule): Generator<CronSchedule> {
  const [wanted = 0, ...more] = timesOfDay(schedule);
  if (more.length > 0) {
    const room = offsetRoom(schedule, DAY);
    for (let minutes = 0; minutes < room; minutes += 1) yield shiftSchedule(schedule, minutes);
    return;
  }
  for (let apart = 0; apart <= DAY / 2; apart += 1) {
    const both = [(wanted + apart) % DAY, (wanted - apart + DAY) % DAY].sort((a, b) => a - b);
    for (const minute of new Set(both))
      yield {
        ...schedule,
        minute: { values: [minute % 60], restricted: true },
        hour: { values: [Math.floor(minute / 60)], restricted: true },
      };
  }
}

function distance(a: number, b: number): number {
  const apart = Math.abs(a - b);
  return Math.min(apart, DAY - apart);
}

/** Marks the minutes of the zone's day that lie within the margin of a run on a day of the schedule. */
function blockedMinutes(
  schedule: CronSchedule,
  zone: Zone,
  busy: readonly (readonly number[])[],
  margin: number,
): Uint8Array {
  const blocked = new Uint8Array(DAY);
  const matches = new Map<number, boolean>();
  const isDay = (day: number): boolean => {
    const known = matches.get(day) ?? runsOnDay(schedule, day);
    matches.set(day, known);
    return known;
  };
  const offsets = new Map<number, number>();
  for (const runs of busy) {
    for (const run of runs) {
      // One look-up an hour is enough to be right but for minutes around a change; the proof looks again.
      const hour = run - (run % 60);
      const offset = offsets.get(hour) ?? zone.offsetAt(hour);
      offsets.set(hour, offset);
      const [first, end] = [run + offset - margin + 1, run + offset + margin];
      for (let day = Math.floor(first / DAY); day * DAY < end; day += 1) {
        if (isDay(day)) blocked.fill(1, Math.max(0, first - day * DAY), Math.max(0, end - day * DAY));
      }
    }
  }
  return blocked;
}
