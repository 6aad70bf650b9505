import { runsEveryDay, type CronField, type CronSchedule } from './cron.js';

/**
 * The schedule whose runs lie `minutes` later (earlier where negative), whatever days they then fall on; null where no
 * single cron line has exactly these. By less than a day.
 */
export function movedSchedule(schedule: CronSchedule, minutes: number): CronSchedule | null {
  if (minutes === 0) return schedule;
  const moved = schedule.minute.values.map((minute) => minute + minutes);
  const minute = field(moved.map((value) => modulo(value, 60)));
  const everyDay = runsEveryDay(schedule);
  const everyHour = schedule.hour.values.length === 24;
  if (everyDay && everyHour) return { ...schedule, minute };
  const hourSteps = new Set(moved.map((value) => Math.floor(value / 60)));
  const [hourStep = 0] = hourSteps;
  if (hourSteps.size > 1) return null;
  const hours = schedule.hour.values.map((hour) => hour + hourStep);
  const hour = field(hours.map((value) => modulo(value, 24)));
  if (everyDay) return { ...schedule, minute, hour };
  const daySteps = new Set(hours.map((value) => Math.floor(value / 24)));
  const [dayStep = 0] = daySteps;
  if (daySteps.size > 1) return null;
  if (dayStep === 0) return { ...schedule, minute, hour };
  // The day before the first of a month is another one in each month.
  if (schedule.day_of_month.restricted || schedule.month.values.length < 12) return null;
  const days = schedule.day_of_week.values.map((day) => modulo(day + dayStep, 7));
  return { ...schedule, minute, hour, day_of_week: field(days) };
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

function field(values: readonly number[]): CronField {
  return { values: [...new Set(values)].sort((a, b) => a - b), restricted: true };
}
