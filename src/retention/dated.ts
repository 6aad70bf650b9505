import { dateOf } from '../schedule/civil.js';
import type { Zone } from '../schedule/zone.js';

/** What rules count. */
export type Period = 'hour' | 'day' | 'week' | 'month' | 'year';

/** A snapshot's time and the periods that it falls into. */
export interface Dated {
  /** UTC milliseconds. */
  readonly time: number;
  readonly periods: Readonly<Record<Period, number>>;
}

const MINUTE = 60_000;
const DAY = 1440;

/**
 * Files a snapshot under its periods on the clock of a zone. The numbers only mean something next to each other: equal
 * for the same period. As in Go's `time` package an hour that the clocks repeat is one hour, and weeks are those of
 * ISO 8601, so that the first days of January may belong to the last week of the year before.
 *
 * @param time UTC milliseconds
 */
export function dated(time: number, zone: Zone): Dated {
  const minutes = Math.floor(time / MINUTE);
  const local = minutes + zone.offsetAt(minutes);
  const day = Math.floor(local / DAY);
  const { year, month } = dateOf(day);
  // 1970-01-01 was a Thursday, three days into its week.
  const week = Math.floor((day + 3) / 7);
  return { time, periods: { hour: Math.floor(local / 60), day, week, month: year * 12 + month, year } };
}
