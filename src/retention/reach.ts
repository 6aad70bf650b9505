import type { Retention } from '../model/contract.js';
import type { RetentionRule } from './keep.js';
import { parseSpan } from './span.js';

const DAY = 1440;
const PERIODS: Partial<Record<RetentionRule, number>> = {
  keep_last: 0,
  keep_hourly: 60,
  keep_daily: DAY,
  keep_weekly: 7 * DAY,
  keep_monthly: 31 * DAY,
  keep_yearly: 366 * DAY,
};
/** Beyond this nobody plans. */
const LONGEST = 12 * 366 * DAY;

/**
 * How far back the oldest snapshot of a retention can lie once history has its full length: minutes, at least what
 * is needed and at most twelve years.
 *
 * @param gap the longest time between two snapshots, in minutes
 */
export function longestReach(retention: Retention, gap: number): number {
  const reaches = Object.entries(retention).map(([rule, value]: [string, number | string]) => {
    if (typeof value === 'number') return value * Math.max(gap, PERIODS[rule as RetentionRule] ?? 0);
    const span = parseSpan(value);
    if (span === null) return 0;
    return (span.years * 366 + span.months * 31 + span.days) * DAY + span.hours * 60;
  });
  return Math.min(LONGEST, Math.max(0, ...reaches) + gap + 31 * DAY);
}
