import { parseCron, runsEveryDay, type CronSchedule } from '../../schedule/cron.js';

const MINUTES_PER_DAY = 24 * 60;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** After these many days the Gregorian calendar repeats, weekdays included, but for the turns of centuries. */
const CYCLE_DAYS = 28 * 365 + 7;

function parsed(cron: string): CronSchedule {
  const result = parseCron(cron);
  if ('error' in result) throw new Error(`schedule \`${cron}\`: ${result.error}`);
  return result.schedule;
}

/**
 * How late a run may still start, in seconds. The CronJob controller gives up for good on a job that has missed more
 * than 100 starts inside this window, so one that runs several times an hour gets a shorter one.
 */
export function startingDeadline(cron: string): number {
  return parsed(cron).minute.values.length > 1 ? 3600 : 6 * 3600;
}

/** Minutes between the two runs of a schedule that lie furthest apart, give or take a change of the clocks. */
export function longestGap(cron: string): number {
  const schedule = parsed(cron);
  const times = schedule.hour.values.flatMap((hour) =>
    schedule.minute.values.map((minute) => hour * 60 + minute),
  );
  const [first = 0] = times;
  const last = times[times.length - 1] ?? first;
  const inDay = times.map((time, index) => time - (times[index - 1] ?? time));
  const days = longestRunOfDays(schedule);
  return Math.max(...inDay, days * MINUTES_PER_DAY - last + first);
}

/** Days between the two days with runs that lie furthest apart. */
function longestRunOfDays(schedule: CronSchedule): number {
  if (runsEveryDay(schedule)) return 1;
  let [longest, previous] = [1, -1];
  let [month, date] = [0, 1];
  let year = 0;
  // Two cycles, so that a gap over the turn of one is seen; day 0 is a Saturday of a leap year.
  for (let day = 0; day < 2 * CYCLE_DAYS; day += 1) {
    if (runsOn(schedule, month + 1, date, (day + 6) % 7)) {
      if (previous >= 0) longest = Math.max(longest, day - previous);
      previous = day;
    }
    const length = (DAYS_IN_MONTH[month] ?? 31) + (month === 1 && year % 4 === 0 ? 1 : 0);
    date += 1;
    if (date > length) [month, date] = [month + 1, 1];
    if (month === 12) [year, month] = [year + 1, 0];
  }
  return longest;
}

function runsOn(schedule: CronSchedule, month: number, date: number, weekday: number): boolean {
  if (!schedule.month.values.includes(month)) return false;
  const byDate = schedule.day_of_month.values.includes(date);
  const byWeekday = schedule.day_of_week.values.includes(weekday);
  const either = schedule.day_of_month.restricted && schedule.day_of_week.restricted;
  return either ? byDate || byWeekday : byDate && byWeekday;
}

/** The schedule with plain lists only: VolSync's `trigger.schedule` takes no list that holds a range. */
export function plainCron(cron: string): string {
  const { minute, hour, day_of_month, month, day_of_week } = parsed(cron);
  return [minute, hour, day_of_month, month, day_of_week]
    .map((field) => (field.restricted ? field.values.join(',') : '*'))
    .join(' ');
}
