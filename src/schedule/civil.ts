/** A date of the Gregorian calendar; months and days count from 1. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function daysBeforeYear(year: number): number {
  const past = year - 1;
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
}

const EPOCH = daysBeforeYear(1970);

/** Days from 1970-01-01 to a date; the date must exist. */
export function dayNumber({ year, month, day }: CivilDate): number {
  const leapDay = month > 2 && isLeap(year) ? 1 : 0;
  return daysBeforeYear(year) - EPOCH + (DAYS_BEFORE_MONTH[month - 1] ?? 0) + leapDay + day - 1;
}

/** The date so many days after 1970-01-01. */
export function dateOf(days: number): CivilDate {
  let year = 1970 + Math.floor(days / 365.2425);
  while (dayNumber({ year, month: 1, day: 1 }) > days) year -= 1;
  while (dayNumber({ year: year + 1, month: 1, day: 1 }) <= days) year += 1;
  let month = 12;
  while (dayNumber({ year, month, day: 1 }) > days) month -= 1;
  return { year, month, day: days - dayNumber({ year, month, day: 1 }) + 1 };
}

/** Sunday is 0, as in cron; 1970-01-01 was a Thursday. */
export function weekdayOf(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

/** The minute of an instant in UTC as ISO 8601: `2026-11-24T02:31:00Z`. `minutes` counts from 1970. */
export function isoMinute(minutes: number): string {
  const days = Math.floor(minutes / 1440);
  const { year, month, day } = dateOf(days);
  const rest = minutes - days * 1440;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(Math.floor(rest / 60))}:${two(rest % 60)}:00Z`;
}
