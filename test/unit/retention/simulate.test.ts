import { expect, test } from '@jest/globals';
import { snapshotLives } from '../../../src/retention/simulate.js';
import { knownSchedule } from '../../../src/schedule/job-schedule.js';
import { runsBetween } from '../../../src/schedule/runs.js';
import { intlZones } from '../../../src/time/intl-zone.js';
import { existingAt } from '../../support/existing-at.js';

const utc = intlZones('UTC');
const minute = (text: string): number => Date.parse(text) / 60_000;
const runs = (cron: string, from: string, to: string): number[] =>
  runsBetween(knownSchedule(cron), utc, minute(from), minute(to), 'systemd');
const shown = (minutes: readonly number[]): string[] =>
  minutes.map((at) => new Date(at * 60_000).toISOString().slice(0, 10));

test('daily backups under daily, weekly and monthly rules', () => {
  const lives = snapshotLives(
    runs('30 2 * * *', '2024-01-01', '2025-02-01'),
    runs('15 4 * * *', '2024-01-01', '2025-02-01'),
    { keep_daily: 3, keep_weekly: 3, keep_monthly: 3 },
    utc,
  );
  // Friday. Three days, the last days (Sundays) of the two weeks before, the last days of the months before.
  expect(shown(existingAt(lives, minute('2025-01-31T12:00Z')))).toEqual([
    '2024-11-30',
    '2024-12-31',
    '2025-01-19',
    '2025-01-26',
    '2025-01-29',
    '2025-01-30',
    '2025-01-31',
  ]);
  // Between the backup and the forget of a day there is one more.
  expect(existingAt(lives, minute('2025-01-31T03:00Z'))).toHaveLength(8);
});

test('a year rule keeps the very first snapshot until there are enough years', () => {
  const lives = snapshotLives(
    runs('0 3 * * *', '2024-05-10', '2026-03-01'),
    runs('0 5 * * *', '2024-05-10', '2026-03-01'),
    { keep_last: 1, keep_yearly: 3 },
    utc,
  );
  expect(shown(existingAt(lives, minute('2024-12-01T12:00Z')))).toEqual(['2024-05-10', '2024-12-01']);
  expect(shown(existingAt(lives, minute('2026-02-01T12:00Z')))).toEqual([
    '2024-12-31',
    '2025-12-31',
    '2026-02-01',
  ]);
});

test('a forget in the minute of a backup comes after it, and removes at that minute', () => {
  const lives = snapshotLives([10, 20, 30], [20, 30], { keep_last: 1 }, utc);
  expect(lives).toEqual([
    { taken: 10, removed: 20 },
    { taken: 20, removed: 30 },
    { taken: 30, removed: null },
  ]);
  expect(existingAt(lives, 19)).toEqual([10]);
  expect(existingAt(lives, 20)).toEqual([20]);
});

test('without a forget everything stays', () => {
  expect(existingAt(snapshotLives([1, 2], [], { keep_last: 1 }, utc), 5)).toEqual([1, 2]);
});
