import { dateOf, dayNumber } from '../schedule/civil.js';
import type { Zone } from '../schedule/zone.js';

/** restic's duration: calendar years, months and days, then hours. */
export interface Span {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

const MINUTE = 60_000;

/** Reads `1y6m14d3h` (m is months); null for anything else, and for a span of nothing, which is no rule to restic. */
export function parseSpan(text: string): Span | null {
  const match = /^(?:(\d+)y)?(?:(\d+)m)?(?:(\d+)d)?(?:(\d+)h)?$/.exec(text);
  if (match === null) return null;
  const [years = 0, months = 0, days = 0, hours = 0] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  return years + months + days + hours === 0 ? null : { years, months, days, hours };
}

/**
 * The instant a span before another one. As Go's `time.AddDate`: years, months and days go back on the calendar with
 * the clock standing still, a day that the month lacks runs over into the next month, and a time that the zone
 * skips or repeats takes the offset that Go's `time.Date` takes. Hours are hours.
 *
 * @param time UTC milliseconds
 */
export function spanBefore(time: number, span: Span, zone: Zone): number {
  const minutes = Math.floor(time / MINUTE);
  const local = minutes + zone.offsetAt(minutes);
  const days = Math.floor(local / 1440);
  const { year, month, day } = dateOf(days);
  const months = (year - span.years) * 12 + (month - 1) - span.months;
  const first = dayNumber({ year: Math.floor(months / 12), month: (((months % 12) + 12) % 12) + 1, day: 1 });
  const wanted = local + (first + day - 1 - span.days - days) * 1440;
  // Go reads the local time as if it were UTC, and looks again where that lies in another offset.
  const offset = zone.offsetAt(wanted - zone.offsetAt(wanted));
  return time + (wanted - offset - minutes) * MINUTE - span.hours * 60 * MINUTE;
}
