import { describe, expect, test } from '@jest/globals';
import { dateOf, dayNumber, isoMinute, weekdayOf } from '../../../src/schedule/civil.js';
import { knownSchedule } from '../../../src/schedule/job-schedule.js';
import {
  clockChangeHits,
  nextRuns,
  runsBetween,
  simulate,
  SIMULATION,
  simulatedRuns,
  type Clockwork,
} from '../../../src/schedule/runs.js';
import { tabulated, transitionsBetween } from '../../../src/schedule/zone.js';
import { intlZones } from '../../../src/time/intl-zone.js';

function next(cron: string, zone: string, after: string, count: number, clockwork: Clockwork): string[] {
  const at = Date.parse(after) / 60_000;
  return nextRuns(knownSchedule(cron), intlZones(zone), at, count, clockwork).map((run) =>
    isoMinute(run).slice(0, 16),
  );
}

test('dates agree with the platform over four centuries', () => {
  const days = Array.from({ length: Math.ceil((400 * 365) / 13) }, (_, index) => -200 * 365 + index * 13);
  const ours = days.map((day) => {
    const date = dateOf(day);
    return [date.year, date.month, date.day, weekdayOf(day), dayNumber(date)];
  });
  const platforms = days.map((day) => {
    const date = new Date(day * 86_400_000);
    return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay(), day];
  });
  expect(ours).toEqual(platforms);
});

test('as many runs as are asked for, however far apart they are', () => {
  const yearly = next('0 0 1 1 *', 'UTC', '2026-11-24T00:00Z', 60, 'systemd');
  expect([yearly.length, yearly.at(-1)]).toEqual([60, '2086-01-01T00:00']);
  const leap = next('0 0 29 2 *', 'UTC', '2026-11-24T00:00Z', 50, 'kubernetes');
  expect([leap.length, leap.at(-1)]).toEqual([50, '2232-02-29T00:00']);
});

describe('where clocks change', () => {
  test.each(['systemd', 'kubernetes'] as const)('a skipped time does not run that day: %s', (clockwork) => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', 1, clockwork)).toEqual([
      '2026-03-30T00:30',
    ]);
  });

  test('a doubled time runs once under systemd, twice under Kubernetes', () => {
    const at = '2026-10-24T12:00Z';
    expect(next('30 2 * * *', 'Europe/Berlin', at, 2, 'systemd')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(next('30 2 * * *', 'Europe/Berlin', at, 2, 'kubernetes')).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:30',
    ]);
  });

  test('a change of half an hour', () => {
    expect(next('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00Z', 3, 'kubernetes')).toEqual([
      '2026-04-04T14:45',
      '2026-04-04T15:15',
      '2026-04-05T15:15',
    ]);
  });

  test('hits are named in wall-clock time, and only where there are any', () => {
    const hits = (cron: string, zone: string) =>
      clockChangeHits(knownSchedule(cron), intlZones(zone), SIMULATION.from, SIMULATION.to).map(
        ({ kind, local }) => `${kind} ${isoMinute(local).slice(0, 16)}`,
      );
    expect(hits('30 2 * * *', 'Europe/Berlin')).toEqual([
      'skipped 2024-03-31T02:30',
      'doubled 2024-10-27T02:30',
    ]);
    expect(hits('0 3 * * *', 'Europe/Berlin')).toEqual([]);
    expect(hits('30 2 * * 1', 'Europe/Berlin')).toEqual([]);
    expect(hits('30 2 * * *', 'UTC')).toEqual([]);
  });
});

describe('the longest gap', () => {
  test.each([
    ['30 2 * * *', 'UTC', 1440],
    // The day without 02:30 leaves 47 hours between two runs.
    ['30 2 * * *', 'Europe/Berlin', 47 * 60],
    ['0 12 * * *', 'Europe/Berlin', 25 * 60],
    ['0 0 1 * *', 'UTC', 31 * 1440],
    ['0 0 31 * *', 'UTC', 61 * 1440],
    ['0 0 29 2 *', 'UTC', 1461 * 1440],
  ])('%s in %s: %d minutes', (cron, zone, minutes) => {
    const { longestGap } = simulate(knownSchedule(cron), intlZones(zone), 'systemd', SIMULATION);
    expect(longestGap).toBe(minutes);
  });
});

test('a schedule that no day in sight has ends the search', () => {
  expect(next('0 0 29 2 *', 'UTC', '2096-03-01T00:00Z', 1, 'systemd')).toEqual(['2104-02-29T00:00']);
});

test('the runs of the fixed period are the same when they are asked for again', () => {
  const schedule = knownSchedule('30 2 * * 0');
  const zone = intlZones('Europe/Berlin');
  const runs = (clockwork: Clockwork) =>
    runsBetween(schedule, zone, SIMULATION.from, SIMULATION.to, clockwork);
  for (const clockwork of ['systemd', 'kubernetes', 'systemd'] as const)
    expect(simulatedRuns(schedule, zone, clockwork)).toEqual(runs(clockwork));
  expect(simulatedRuns(schedule, zone, 'kubernetes')).not.toEqual(simulatedRuns(schedule, zone, 'systemd'));
});

test('a tabulated zone has the offsets of the zone itself, inside its span and outside', () => {
  const from = Date.UTC(2015, 0, 1) / 60_000;
  const to = Date.UTC(2025, 0, 1) / 60_000;
  for (const name of ['Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Casablanca', 'UTC']) {
    const zone = intlZones(name);
    const table = tabulated(zone, from, to);
    const around = transitionsBetween(zone, from, to).flatMap(({ at }) => [at - 1, at, at + 1]);
    for (const at of [...around, from - 40_000, from, to, to + 400_000]) {
      expect([at, table.offsetAt(at)]).toEqual([at, zone.offsetAt(at)]);
    }
  }
});
