import { describe, expect, test } from '@jest/globals';
import type { Retention } from '../../../src/model/contract.js';
import { simulateLoss } from '../../../src/review/loss.js';

const DAY = 86_400_000;
const END = Date.UTC(2025, 0, 31);

/**
 * restic's rules told once more, in another way: for each rule the newest snapshot of each of its periods, as many
 * periods as it counts, by names of periods that `Date` gives; the oldest snapshot while a rule has room.
 */
function keepers(times: readonly number[], retention: Retention): Set<number> {
  const iso = (time: number) => new Date(time).toISOString();
  const week = (time: number) => String(Math.floor((time / DAY + 3) / 7));
  const names: Readonly<Record<string, (time: number) => string>> = {
    keep_last: iso,
    keep_hourly: (time) => iso(time).slice(0, 13),
    keep_daily: (time) => iso(time).slice(0, 10),
    keep_weekly: week,
    keep_monthly: (time) => iso(time).slice(0, 7),
    keep_yearly: (time) => iso(time).slice(0, 4),
  };
  const newest = [...times].sort((a, b) => b - a);
  const kept = new Set<number>();
  for (const [rule, amount] of Object.entries(retention) as [string, number][]) {
    const name = names[rule] ?? iso;
    const first = new Map<string, number>();
    for (const time of newest) if (!first.has(name(time))) first.set(name(time), time);
    const taken = [...first.values()].slice(0, amount);
    for (const time of taken) kept.add(time);
    const oldest = newest.at(-1);
    if (taken.length < amount && oldest !== undefined) kept.add(oldest);
  }
  return kept;
}

function every(step: number, days: number): number[] {
  return Array.from({ length: Math.floor((days * DAY) / step) }, (_, index) => END - (index + 1) * step);
}

const CASES: readonly (readonly [string, number, Retention, Retention])[] = [
  ['0 0 * * *', DAY, { keep_daily: 7 }, { keep_daily: 3 }],
  ['0 0 * * *', DAY, { keep_daily: 7, keep_weekly: 5, keep_monthly: 12 }, { keep_daily: 7, keep_weekly: 5 }],
  ['0 0 * * *', DAY, { keep_yearly: 5 }, { keep_yearly: 3 }],
  ['0 * * * *', DAY / 24, { keep_hourly: 24, keep_daily: 14, keep_monthly: 24 }, { keep_daily: 14 }],
  ['0 * * * *', DAY / 24, { keep_last: 100, keep_yearly: 4 }, { keep_last: 10, keep_yearly: 2 }],
  ['0 0 * * *', DAY, { keep_daily: 7 }, { keep_last: 7 }],
  ['0 0 * * *', DAY, { keep_last: 30 }, { keep_weekly: 4 }],
];

test.each(CASES)(
  '%s every %i ms, %j to %j: as many as by another way of counting',
  (cron, step, before, after) => {
    const runs = every(step, 8 * 366);
    const existing = keepers(runs, before);
    const kept = keepers([...existing], after);
    const loss = simulateLoss(
      { cron, gap: step / 60_000, retention: before },
      { cron, gap: step / 60_000, retention: after },
    );
    expect([loss.existing, loss.removed]).toEqual([existing.size, existing.size - kept.size]);
  },
);

describe('how far history reaches back', () => {
  const GAPS = { '* * * * *': 1, '0 * * * *': 60, '0 1 * * 0': 10_080, '0 0 29 2 *': 2_105_280 };
  const keep = (cron: string, retention: Retention) => ({
    cron,
    gap: (GAPS as Readonly<Record<string, number>>)[cron] ?? 1440,
    retention,
  });
  test.each([
    [keep('0 1 * * *', { keep_last: 10 }), keep('0 * * * *', { keep_last: 10 }), true],
    [keep('0 1 * * 0', { keep_daily: 7 }), keep('0 1 * * *', { keep_daily: 7 }), true],
    [keep('0 1 * * *', { keep_daily: 7 }), keep('0 * * * *', { keep_daily: 7 }), false],
    [keep('0 1 * * *', { keep_daily: 7 }), keep('0 5 * * *', { keep_daily: 7 }), false],
    [keep('0 * * * *', { keep_last: 10 }), keep('0 1 * * *', { keep_last: 10 }), false],
    [keep('0 * * * *', { keep_within: '3y' }), keep('0 0 29 2 *', { keep_yearly: 3 }), false],
    [keep('0 0 29 2 *', { keep_yearly: 3 }), keep('* * * * *', { keep_daily: 3 }), true],
  ])('%j to %j', (before, after, shrinks) => {
    expect(simulateLoss(before, after).shrinks).toBe(shrinks);
  });

  // It shrinks when it is more than the longest gap and an hour shorter, and reaches less than nine tenths as far.
  test.each([
    [20, 18, false],
    [20, 17, true],
    [41, 37, false],
    [41, 36, true],
  ])('hourly snapshots, of %i the last %i', (many, fewer, shrinks) => {
    const loss = simulateLoss(
      keep('0 * * * *', { keep_last: many }),
      keep('0 * * * *', { keep_last: fewer }),
    );
    expect([loss.reachBefore, loss.reachAfter]).toEqual([(many - 1) * 60, (fewer - 1) * 60]);
    expect(loss.removed).toBe(many - fewer);
    expect(loss.shrinks).toBe(shrinks);
  });

  test('a schedule by the minute that keeps everything for years is played as far as it tells something', () => {
    const loss = simulateLoss(
      keep('* * * * *', { keep_within: '10y' }),
      keep('* * * * *', { keep_within: '1d' }),
    );
    expect(loss.removed).toBeGreaterThan(100_000);
    expect(loss.existing).toBeLessThan(250_000);
  });

  test('spans count from the newest snapshot', () => {
    const loss = simulateLoss(
      keep('0 0 * * *', { keep_within: '30d' }),
      keep('0 0 * * *', { keep_within: '10d' }),
    );
    expect([loss.existing, loss.removed]).toEqual([30, 20]);
  });
});
