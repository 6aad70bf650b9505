import { describe, expect, test } from '@jest/globals';
import { ambiguousDays } from '../../../src/schedule/ambiguity.js';
import { firstCollision, freeTimes } from '../../../src/schedule/collisions.js';
import { knownSchedule } from '../../../src/schedule/job-schedule.js';
import { simulate, SIMULATION } from '../../../src/schedule/runs.js';
import { cronOfInterval, parseWindow } from '../../../src/schedule/spellings.js';
import { intlZones } from '../../../src/time/intl-zone.js';

test.each([
  [5, '*/5 * * * *'],
  [60, '0 * * * *'],
  [360, '0 */6 * * *'],
  [1440, '0 0 * * *'],
  [10_080, '0 0 * * 0'],
  [420, null],
  [45, null],
  [0, null],
])('every %d minutes is %s', (minutes, cron) => {
  expect(cronOfInterval(minutes)).toBe(cron);
});

test.each([
  ['01:00-05:00', { start: 60, length: 240 }],
  ['22:30-04:00', { start: 1350, length: 330 }],
  ['00:00-24:00', { start: 0, length: 1440 }],
  ['23:00-24:00', { start: 1380, length: 60 }],
  ['05:00-05:00', { start: 300, length: 0 }],
  ['24:00-05:00', null],
  ['5-6', null],
])('window %s', (text, expected) => {
  expect(parseWindow(text)).toEqual(expected);
});

test.each([
  ['0 3 */2 * 1', true],
  ['0 3 1 * */2', true],
  ['0 3 */1 * 1', false],
  ['0 3 1,15 * 1', false],
  ['0 3 */2 * *', false],
])('crons disagree about %s: %s', (text, disagree) => {
  expect(ambiguousDays(text, knownSchedule(text)) !== null).toBe(disagree);
});

describe('collisions', () => {
  test.each([
    [[100], [85], 15, null],
    [[100], [86], 15, [100, 86]],
    [[100], [114], 15, [100, 114]],
    [[100], [115], 15, null],
    [[10, 100, 200], [50, 150, 199], 5, [200, 199]],
    [[100], [100], 0, null],
  ])('%j and %j within %d: %j', (first, second, margin, expected) => {
    expect(firstCollision(first, second, margin)).toEqual(expected);
  });

  const runs = (cron: string, zone: string) =>
    simulate(knownSchedule(cron), intlZones(zone), 'systemd', SIMULATION).runs;
  const free = (cron: string, ...busy: (readonly number[])[]) => [
    ...freeTimes(knownSchedule(cron), intlZones('UTC'), 'systemd', busy, 15, SIMULATION),
  ];

  test('the free time is the nearest that keeps clear in summer and in winter', () => {
    // 03:30 in Berlin is 01:30 UTC in summer and 02:30 in winter, so 01:25 UTC collides in summer only.
    const found = free('25 1 * * 0', runs('30 3 * * *', 'Europe/Berlin'));
    expect(found.slice(0, 2)).toEqual(['15 1 * * 0', '45 1 * * 0']);
    for (const cron of found)
      expect(firstCollision(runs(cron, 'UTC'), runs('30 3 * * *', 'Europe/Berlin'), 15)).toBeNull();
  });

  test('only the days on which it runs count', () => {
    expect(free('0 12 * * 0', runs('*/5 * * * 1-5', 'UTC'))[0]).toBe('0 12 * * 0');
  });

  test('several runs a day stay several, and move together', () => {
    expect(free('0 4,16 * * *', runs('0 4 * * *', 'UTC'), runs('20 16 * * *', 'UTC'))[0]).toBe(
      '35 4,16 * * *',
    );
    expect(free('0 * * * *', runs('5 9 * * *', 'UTC'))[0]).toBe('20 * * * *');
  });

  test('there may be none', () => {
    expect(free('0 12 * * *', runs('*/5 * * * *', 'UTC'))).toEqual([]);
  });
});
