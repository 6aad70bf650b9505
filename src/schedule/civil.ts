/* eslint-disable no-restricted-globals -- Date as a calendar: with a time given it asks no clock. */
/** A date of the Gregorian calendar; months and days count from 1. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Milliseconds; a day of UTC has no other length for JavaScript (ECMA-262, Time Values). */
const DAY_LENGTH = 86_400_000;

/** Days from 1970-01-01 to a date; the date must exist, in a year from 100 on. */
export function dayNumber({ year, month, day }: CivilDate): number {
  return Date.UTC(year, month - 1, day) / DAY_LENGTH;
}

/** The date so many days after 1970-01-01. */
export function dateOf(days: number): CivilDate {
  const date = new Date(days * DAY_LENGTH);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
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
