import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatCron, parseCron, type CronSchedule } from '../../../src/schedule/cron.js';
import { jobSchedule } from '../../../src/schedule/job-schedule.js';
import { offsetRoom, shiftSchedule } from '../../../src/schedule/offset.js';

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
    // 23:30 on Sunday must not become Monday
    ['30 23 * * 0', 90, 30],
    ['30 23 1 * *', 90, 30],
    ['30 23 * * *', 90, 90],
  ])('%s with spread %d: %d offsets', (text, spread, room) => {
    expect(offsetRoom(schedule(text), spread)).toBe(room);
  });
});

describe('shifting', () => {
  test.each([
    ['30 2 * * *', 89, '59 3 * * *'],
    ['30 23 * * *', 45, '15 0 * * *'],
    ['30 11,23 * * *', 45, '15 0,12 * * *'],
    ['0 * * * *', 59, '59 * * * *'],
    ['*/15 * * * *', 14, '14,29,44,59 * * * *'],
    ['0 4 * * 0', 89, '29 5 * * 0'],
  ])('%s + %d min = %s', (text, minutes, expected) => {
    expect(shifted(text, minutes)).toBe(expected);
  });

  test('any offset with room keeps the number of runs a day, and the days', () => {
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
        expect(formatCron(after).split(' ').slice(2)).toEqual(formatCron(before).split(' ').slice(2));
        expect('schedule' in parseCron(formatCron(after))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('job schedules', () => {
  test('the offset depends on who and where, and on nothing else', () => {
    const wiki = jobSchedule('30 2 * * *', 'Europe/Berlin', 90, ['wiki', 'docker', 'web1']);
    expect(wiki).toEqual(jobSchedule('30 2 * * *', 'Europe/Berlin', 90, ['wiki', 'docker', 'web1']));
    // Pinned: a change of the hash would move every backup of every fleet.
    expect(wiki.offset_minutes).toMatchInlineSnapshot(`31`);
    const others = ['a', 'b', 'c', 'd', 'e', 'f'].map(
      (name) => jobSchedule('30 2 * * *', 'UTC', 90, [name, 'docker', 'web1']).offset_minutes,
    );
    expect(new Set(others).size).toBeGreaterThan(3);
  });
});
