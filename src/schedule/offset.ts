import { runsEveryDay, type CronField, type CronSchedule } from './cron.js';
import { runsOnDay, SIMULATION, timesOfDay } from './runs.js';

const MINUTES_PER_DAY = 24 * 60;

/**
 * How many different whole-minute offsets a schedule can take inside `spread` and still be one cron line that runs
 * as often, and never past its own next run. At most a day.
 *
 * - Several minutes in an hour: every one of them must stay in its hour.
 * - Days restricted: the last run of the day must stay in its day, unless only weekdays are named and there is one run
 *   a day: the weekday then moves on with it.
 */
export function offsetRoom(schedule: CronSchedule, spread: number): number {
  const times = timesOfDay(schedule);
  const lastTime = times[times.length - 1] ?? 0;
  const limits = [Math.max(1, spread), smallestGap(schedule), MINUTES_PER_DAY];
  if (schedule.minute.values.length > 1) limits.push(60 - (lastTime % 60));
  if (!runsEveryDay(schedule) && !passesMidnight(schedule)) limits.push(MINUTES_PER_DAY - lastTime);
  return Math.max(1, Math.min(...limits));
}

/** Whether a run that starts after midnight can be written as one of the next weekday. */
function passesMidnight({ minute, hour, day_of_month, month, day_of_week }: CronSchedule): boolean {
  const once = minute.values.length === 1 && hour.values.length === 1;
  return once && month.values.length === 12 && !day_of_month.restricted && day_of_week.restricted;
}

/** Minutes on the clock between the two closest runs. */
export function smallestGap(schedule: CronSchedule): number {
  const times = timesOfDay(schedule);
  const [first = 0] = times;
  let gap = closestDays(schedule) * MINUTES_PER_DAY - (times[times.length - 1] ?? first) + first;
  for (const [index, time] of times.entries()) {
    if (index > 0) gap = Math.min(gap, time - (times[index - 1] ?? time));
  }
  return gap;
}

/** Days between the two closest days with runs; a year for a schedule that has one in thirteen months. */
function closestDays(schedule: CronSchedule): number {
  if (runsEveryDay(schedule)) return 1;
  let [closest, previous] = [366, Number.NEGATIVE_INFINITY];
  const days = { from: SIMULATION.from / MINUTES_PER_DAY, to: SIMULATION.to / MINUTES_PER_DAY };
  for (let day = days.from; day < days.to && closest > 1; day += 1) {
    if (!runsOnDay(schedule, day)) continue;
    closest = Math.min(closest, day - previous);
    previous = day;
  }
  return closest;
}

/** The schedule, `minutes` later; `minutes` must be less than {@link offsetRoom}. */
export function shiftSchedule(schedule: CronSchedule, minutes: number): CronSchedule {
  if (minutes === 0) return schedule;
  const minuteValues = schedule.minute.values;
  if (minuteValues.length > 1) {
    return { ...schedule, minute: restricted(minuteValues.map((minute) => minute + minutes)) };
  }
  const total = (minuteValues[0] ?? 0) + minutes;
  const hours = schedule.hour.values.map((hour) => hour + Math.floor(total / 60));
  const shifted = {
    ...schedule,
    minute: restricted([total % 60]),
    hour: restricted(hours.map((hour) => hour % 24)),
  };
  const daysLater = passesMidnight(schedule) ? Math.floor((hours[0] ?? 0) / 24) : 0;
  if (daysLater === 0) return shifted;
  const days = schedule.day_of_week.values.map((day) => (day + daysLater) % 7);
  return { ...shifted, day_of_week: restricted(days) };
}

function restricted(values: readonly number[]): CronField {
  return { values: [...values].sort((a, b) => a - b), restricted: true };
}
