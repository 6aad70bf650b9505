/**
 * When a schedule runs. Instants are whole minutes from 1970 in UTC.
 *
 * Where clocks change, the runtimes differ, and the translation keeps what each does:
 * - a time that is skipped does not run on that day, under systemd and under Kubernetes;
 * - a time that comes twice runs the first time under systemd (`systemd-analyze calendar`, tried with 252), and both
 *   times under Kubernetes: robfig/cron v3 looks at the wall clock of each instant (`SpecSchedule.Next`).
 */
import { dateOf, weekdayOf } from './civil.js';
import { formatCron, runsEveryDay, type CronSchedule } from './cron.js';
import { transitionsBetween, type Transition, type Zone } from './zone.js';

const DAY = 1440;

/** Whose rule holds for an hour that comes twice. */
export type Clockwork = 'systemd' | 'kubernetes';

/** The schedule of 29 February that falls on one given weekday comes back after at most 40 years. */
const SEARCH_DAYS = 41 * 366;

/** Whether a day, counted from 1970-01-01, has runs. Its date is only worked out where the weekday does not decide. */
export function runsOnDay({ month, day_of_month, day_of_week }: CronSchedule, days: number): boolean {
  const either = day_of_month.restricted && day_of_week.restricted;
  const byWeekday = day_of_week.values.includes(weekdayOf(days));
  if (!byWeekday && !either) return false;
  const isDecided = byWeekday && (either || day_of_month.values.length === 31);
  if (isDecided && month.values.length === 12) return true;
  const date = dateOf(days);
  return month.values.includes(date.month) && (isDecided || day_of_month.values.includes(date.day));
}

/** The runs of a day as minutes after its midnight on the clock, sorted. */
export function timesOfDay(schedule: CronSchedule): number[] {
  return schedule.hour.values.flatMap((hour) => schedule.minute.values.map((minute) => hour * 60 + minute));
}

/** All runs from `from` (inclusive) to `to` (exclusive), sorted, each once. */
export function runsBetween(
  schedule: CronSchedule,
  zone: Zone,
  from: number,
  to: number,
  clockwork: Clockwork,
): number[] {
  const times = timesOfDay(schedule);
  const changes = transitionsBetween(zone, from - 2 * DAY, to + 2 * DAY);
  const daily = runsEveryDay(schedule);
  const runs: number[] = [];
  const keep = (run: number): void => {
    if (run >= from && run < to) runs.push(run);
  };
  let offset = zone.offsetAt(from - 2 * DAY);
  let next = 0;
  const firstDay = Math.floor((from + zone.offsetAt(from)) / DAY) - 1;
  const lastDay = Math.floor((to + zone.offsetAt(to)) / DAY) + 1;
  for (let day = firstDay; day <= lastDay; day += 1) {
    for (let change = changes[next]; change !== undefined && change.at <= day * DAY - DAY;) {
      offset = change.after;
      next += 1;
      change = changes[next];
    }
    if (!daily && !runsOnDay(schedule, day)) continue;
    const near = changesNear(changes, day);
    for (const time of times) {
      const local = day * DAY + time;
      if (near.length === 0) keep(local - offset);
      else for (const run of instantsOf(local, near, clockwork)) keep(run);
    }
  }
  // Where an hour comes twice its runs are found out of order.
  return changes.length === 0 ? runs : runs.sort((a, b) => a - b);
}

const NONE: readonly Transition[] = [];

/** A change counts as near from a day before it, whatever its size, until a day after. */
function changesNear(changes: readonly Transition[], day: number): readonly Transition[] {
  const noon = day * DAY + DAY / 2;
  const isNear = ({ at }: Transition): boolean => Math.abs(at - noon) < 2 * DAY;
  return changes.some(isNear) ? changes.filter(isNear) : NONE;
}

/** The instants that show a local time: none where it is skipped, two where it comes twice. */
function instantsOf(local: number, near: readonly Transition[], clockwork: Clockwork): number[] {
  const found = new Set<number>();
  for (const [index, { at, before, after }] of near.entries()) {
    const start = near[index - 1]?.at ?? Number.NEGATIVE_INFINITY;
    const end = near[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    if (local - before < at && local - before >= start) found.add(local - before);
    if (local - after >= at && local - after < end) found.add(local - after);
  }
  const sorted = [...found].sort((a, b) => a - b);
  return clockwork === 'systemd' ? sorted.slice(0, 1) : sorted;
}

/** The next `count` runs after an instant. */
export function nextRuns(
  schedule: CronSchedule,
  zone: Zone,
  after: number,
  count: number,
  clockwork: Clockwork,
): number[] {
  const runs: number[] = [];
  let [from, span] = [after + 1, 8];
  while (runs.length < count && from < (runs.at(-1) ?? after) + SEARCH_DAYS * DAY) {
    const to = from + span * DAY;
    for (const run of runsBetween(schedule, zone, from, to, clockwork)) runs.push(run);
    [from, span] = [to, Math.min(span * 4, 4 * 366)];
  }
  return runs.slice(0, count);
}

/** Local times of a schedule that a change of the clocks skips or repeats in a span of time. */
export interface ClockChangeHit {
  readonly kind: 'skipped' | 'doubled';
  readonly transition: Transition;
  /** Minutes from 1970 as the clock on the wall shows them. */
  readonly local: number;
}

/** The first run that is skipped and the first that is doubled between two instants, if there are such. */
export function clockChangeHits(
  schedule: CronSchedule,
  zone: Zone,
  from: number,
  to: number,
): ClockChangeHit[] {
  const hits: ClockChangeHit[] = [];
  const times = timesOfDay(schedule);
  for (const transition of transitionsBetween(zone, from, to)) {
    const { at, before, after } = transition;
    const kind = after > before ? 'skipped' : 'doubled';
    if (hits.some((hit) => hit.kind === kind)) continue;
    const low = at + Math.min(before, after);
    const high = at + Math.max(before, after);
    const days = [Math.floor(low / DAY), Math.floor((high - 1) / DAY)];
    const local = days
      .filter((day) => runsOnDay(schedule, day))
      .flatMap((day) => times.map((time) => day * DAY + time))
      .find((time) => time >= low && time < high);
    if (local !== undefined) hits.push({ kind, transition, local });
  }
  return hits;
}

/** Minutes from 1970 in UTC: from the first (inclusive) to the second (exclusive). */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Thirteen months, whatever their lengths: every weekly, monthly and yearly job has its turn. */
const ANALYSIS_DAYS = 397;

/**
 * The period that placement, `validate` and `render` look at: thirteen months from 2024-01-01. It is fixed, so that the
 * same input gives the same plan on any day; it holds a leap day and both changes of the clocks, and as it lies in
 * the past, newer time zone data does not change it.
 */
export const SIMULATION: Period = { from: 19_723 * DAY, to: (19_723 + ANALYSIS_DAYS) * DAY };

/** Lists of runs that are kept, by zone. The longest belong to schedules of every few minutes, which are rare. */
const kept = new WeakMap<Zone, Map<string, readonly number[]>>();
const KEPT_LISTS = 2000;
const KEPT_RUNS = 1000;

/** The runs in {@link SIMULATION}. They never change, and one process draws many plans: `diff`, `explain` and `watch` do. */
export function simulatedRuns(schedule: CronSchedule, zone: Zone, clockwork: Clockwork): readonly number[] {
  const lists = kept.get(zone) ?? new Map<string, readonly number[]>();
  kept.set(zone, lists);
  const key = `${formatCron(schedule)} ${clockwork}`;
  const known = lists.get(key);
  if (known !== undefined) return known;
  const runs = runsBetween(schedule, zone, SIMULATION.from, SIMULATION.to, clockwork);
  if (runs.length <= KEPT_RUNS && lists.size < KEPT_LISTS) lists.set(key, runs);
  return runs;
}

/** The thirteen months that begin at an instant: what `stowage schedule` looks at. */
export function analysisFrom(at: number): Period {
  return { from: at, to: at + ANALYSIS_DAYS * DAY };
}

/** Runs in a period, and the longest gap from the first of them to the first one after its end. */
export function simulate(schedule: CronSchedule, zone: Zone, clockwork: Clockwork, period: Period) {
  const { from, to } = period;
  const runs =
    period === SIMULATION
      ? simulatedRuns(schedule, zone, clockwork)
      : runsBetween(schedule, zone, from, to, clockwork);
  const wanted = runs.length === 0 ? 2 : 1;
  let [longestGap, previous] = [0, runs[0]];
  const see = (run: number): void => {
    longestGap = Math.max(longestGap, run - (previous ?? run));
    previous = run;
  };
  for (const run of runs) see(run);
  for (const run of nextRuns(schedule, zone, to - 1, wanted, clockwork)) see(run);
  return { runs, longestGap };
}
