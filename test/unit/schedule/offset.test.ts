import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatCron, parseCron, type CronSchedule } from '../../../src/schedule/cron.js';
import { offsetRoom, shiftSchedule, smallestGap } from '../../../src/schedule/offset.js';
import { runsBetween, SIMULATION } from '../../../src/schedule/runs.js';

function schedule(text: string): CronSchedule {
  const parsed = parseCron(text);
  if ('error' in parsed) throw new Error(parsed.error);
  return parsed.schedule;
}

function shifted(text: string, minutes: number): string {
  return formatCron(shiftSchedule(schedule(text), minutes));
}

describe('room for offsets', () => {
  test.each([
    ['30 2 * * *', 90, 90],
    ['30 2 * * *', 0, 1],
    // hourly: an offset of an hour would be the next run
    ['0 * * * *', 90, 60],
    ['*/15 * * * *', 90, 15],
    // the last minute must stay in its hour
    ['0,50 3 * * *', 90, 10],
    // 23:30 on Sunday may become Monday, where cron can say so
    ['30 23 * * 0', 90, 90],
    ['30 11,23 * * 0', 90, 30],
    ['30 23 * 1 0', 90, 30],
    ['30 23 1 * 0', 90, 30],
    // a spread of days is cut to one
    ['0 0 * * 0', 2880, 1440],
    ['30 23 1 * *', 90, 30],
    ['30 23 * * *', 90, 90],
  ])('%s with spread %d: %d offsets', (text, spread, room) => {
    expect(offsetRoom(schedule(text), spread)).toBe(room);
  });
});

test.each([
  ['30 2 * * *', 1440],
  ['0 2,23 * * *', 180],
  ['30 2 * * 0', 7 * 1440],
  ['0 0,12 * * 1,3', 720],
  ['30 2 * * 1,3', 2 * 1440],
  // from the 28th of February to the 1st of March, in the leap year of the simulation
  ['0 0 1,28 * *', 2 * 1440],
  ['0 0 1 1 *', 366 * 1440],
  ['0 0 29 2 *', 366 * 1440],
])('the closest runs of %s lie %d minutes apart', (text, minutes) => {
  expect(smallestGap(schedule(text))).toBe(minutes);
});

describe('shifting', () => {
  test.each([
    ['30 2 * * *', 89, '59 3 * * *'],
    ['30 23 * * *', 45, '15 0 * * *'],
    ['30 11,23 * * *', 45, '15 0,12 * * *'],
    ['0 * * * *', 59, '59 * * * *'],
    ['*/15 * * * *', 14, '14,29,44,59 * * * *'],
    ['0 4 * * 0', 89, '29 5 * * 0'],
    ['30 23 * * 6', 29, '59 23 * * 6'],
    ['30 23 * * 5,6', 30, '0 0 * * 0,6'],
  ])('%s + %d min = %s', (text, minutes, expected) => {
    expect(shifted(text, minutes)).toBe(expected);
  });

  test('any offset with room keeps the number of runs', () => {
    const set = (min: number, max: number) =>
      fc
        .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 })
        .map((values) => values.join(','));
    const days = fc.constantFrom('* * *', '1 * *', '* * 0', '1,15 2-5 *', '31 * 5');
    fc.assert(
      fc.property(set(0, 59), set(0, 23), days, fc.nat(300), fc.nat(), (minute, hour, day, spread, seed) => {
        const before = schedule(`${minute} ${hour} ${day}`);
        const after = shiftSchedule(before, seed % offsetRoom(before, spread));
        expect(after.minute.values.length * after.hour.values.length).toBe(
          before.minute.values.length * before.hour.values.length,
        );
        const [date, month] = formatCron(before).split(' ').slice(2);
        expect(formatCron(after).split(' ').slice(2, 4)).toEqual([date, month]);
        expect(after.day_of_week.values).toHaveLength(before.day_of_week.values.length);
        expect('schedule' in parseCron(formatCron(after))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('every run is exactly so many minutes later', () => {
    const days = fc.constantFrom('* * *', '1 * *', '* * 0', '* * 5,6', '1,15 2-5 *', '31 * 5', '* 3 6');
    const list = (max: number) =>
      fc.uniqueArray(fc.nat(max), { minLength: 1, maxLength: 3 }).map((values) => values.join(','));
    const utc = { name: 'UTC', offsetAt: () => 0 };
    const { from, to } = SIMULATION;
    fc.assert(
      fc.property(list(59), list(23), days, fc.nat(2000), fc.nat(), (minute, hour, day, spread, seed) => {
        const before = schedule(`${minute} ${hour} ${day}`);
        const offset = seed % offsetRoom(before, spread);
        const runs = runsBetween(before, utc, from - 2880, to, 'systemd').map((run) => run + offset);
        const inside = runs.filter((run) => run >= from && run < to);
        expect(runsBetween(shiftSchedule(before, offset), utc, from, to, 'systemd')).toEqual(inside);
      }),
      { numRuns: 300 },
    );
  });
});
