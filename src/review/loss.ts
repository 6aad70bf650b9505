import type { Retention } from '../model/contract.js';
import { keptSnapshots } from '../retention/keep.js';
import { parseSpan } from '../retention/span.js';
import type { CronSchedule } from '../schedule/cron.js';
import { knownSchedule } from '../schedule/job-schedule.js';
import { runsBetween, SIMULATION, timesOfDay } from '../schedule/runs.js';
import type { Zone } from '../schedule/zone.js';

const DAY = 1440;
const MINUTE = 60_000;

/** No rule is looked at over a longer time: the schedule of 29 February on one weekday comes back after so many. */
const MAX_DAYS = 40 * 366;
/** Runs that are all played; more only tell how long `keep_within` of a schedule by the minute is. */
const MAX_RUNS = 200_000;

/** Rules count periods on the schedule's own clock, so this takes that clock for UTC; its changes are left out. */
const OWN_CLOCK: Zone = { name: 'UTC', offsetAt: () => 0 };

/** When snapshots are made, and which of them are kept. */
export interface Keeping {
  readonly cron: string;
  /** The longest time between two runs, in minutes. */
  readonly gap: number;
  readonly retention: Retention;
}

/** What a change of rules or times does to the history of one group. */
export interface Loss {
  /** Snapshots that exist under the old rules once these have been at work for long. */
  readonly existing: number;
  /** Of these, what the next forget removes. */
  readonly removed: number;
  /** Minutes from the oldest snapshot to the newest: under the old rules and times, and in the long run under the new. */
  readonly reachBefore: number;
  readonly reachAfter: number;
  /** Whether the reach shrinks by more than a change of times alone explains. */
  readonly shrinks: boolean;
}

/**
 * Plays the old schedule under the old rules until they are used up, then lets the new rules forget. Now is the end of
 * the plan-time simulation, so that the same change gives the same answer on every day.
 */
export function simulateLoss(before: Keeping, after: Keeping): Loss {
  const existing = existingSnapshots(before);
  const kept = keptSnapshots(existing, after.retention, OWN_CLOCK);
  const [reachBefore, reachAfter] = [reach(existing), reach(existingSnapshots(after))];
  return {
    existing: existing.length,
    removed: existing.length - kept.length,
    reachBefore,
    reachAfter,
    shrinks:
      reachBefore - reachAfter > Math.max(before.gap, after.gap) + DAY / 24 && reachAfter < reachBefore * 0.9,
  };
}

/** Minutes between the oldest and the newest of times in milliseconds. */
function reach(times: readonly number[]): number {
  const newest = times.reduce((best, time) => Math.max(best, time), Number.NEGATIVE_INFINITY);
  const oldest = times.reduce((best, time) => Math.min(best, time), Number.POSITIVE_INFINITY);
  return times.length === 0 ? 0 : (newest - oldest) / MINUTE;
}

/** The snapshots that exist after a long time, as milliseconds. */
function existingSnapshots({ cron, gap, retention }: Keeping): number[] {
  const schedule = knownSchedule(cron);
  const apart = Math.max(1, gap / DAY);
  const fine = Math.min(daysOf(retention, FINE, apart), MAX_RUNS / timesOfDay(schedule).length);
  const coarse = Math.min(Math.max(daysOf(retention, COARSE, apart), fine), MAX_DAYS);
  const middle = SIMULATION.to - Math.ceil(Math.min(fine, MAX_DAYS)) * DAY;
  const start = SIMULATION.to - Math.ceil(coarse) * DAY;
  // Rules that count days or more only ever take the last run of a day.
  const runs = [
    ...(start < middle ? runsBetween(lastOfDay(schedule), OWN_CLOCK, start, middle, 'systemd') : []),
    ...runsBetween(schedule, OWN_CLOCK, middle, SIMULATION.to, 'systemd'),
  ].map((run) => run * MINUTE);
  return keptSnapshots(runs, retention, OWN_CLOCK).map(({ time }) => time);
}

/** Rules that may keep several snapshots of a day, with the days that one of their periods takes at most. */
const FINE = { last: 0, hourly: 0, within: 0, within_hourly: 0 } as const;
/** Rules that keep no more than one snapshot of a day. */
const COARSE = {
  daily: 1,
  weekly: 7,
  monthly: 31,
  yearly: 366,
  within_daily: 0,
  within_weekly: 0,
  within_monthly: 0,
  within_yearly: 0,
} as const;

/** Days after which every one of the rules is used up, and some more. */
function daysOf(retention: Retention, rules: Readonly<Record<string, number>>, apart: number): number {
  const given: Readonly<Record<string, number | string | undefined>> = { ...retention };
  const days = Object.entries(rules).map(([rule, period]) => {
    const value = given[`keep_${rule}`] ?? 0;
    if (typeof value === 'number') return (Math.max(0, value) + 1) * Math.max(period, apart);
    const span = parseSpan(value);
    return span === null ? 0 : span.years * 366 + span.months * 31 + span.days + span.hours / 24;
  });
  return Math.max(...days) + 2 * Math.max(apart, 1);
}

function lastOfDay(schedule: CronSchedule): CronSchedule {
  const last = ({ values, restricted }: CronSchedule['hour']) => ({ values: values.slice(-1), restricted });
  return { ...schedule, hour: last(schedule.hour), minute: last(schedule.minute) };
}
