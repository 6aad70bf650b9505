import { expect, test } from '@jest/globals';
import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { isoMinute } from '../../src/schedule/civil.js';
import { formatCron, parseCron } from '../../src/schedule/cron.js';
import { knownSchedule } from '../../src/schedule/job-schedule.js';
import { inUtc } from '../../src/schedule/utc-schedule.js';
import { nextRuns } from '../../src/schedule/runs.js';
import { intlZones } from '../../src/time/intl-zone.js';
import { cronText } from '../support/cron-text.js';

const START = Date.UTC(2026, 4, 1) / 60_000;

/**
 * cron-parser is an independent reader. It treats a change of the clocks in a way of its own, so it is asked in
 * zones without one; the canonical spelling keeps it from reading `*` with a step as Vixie cron does.
 */
test('the next fifty runs are those of cron-parser', () => {
  fc.assert(
    fc.property(cronText, fc.constantFrom('UTC', 'Asia/Kolkata', 'Asia/Tokyo'), (text, zone) => {
      const parsed = parseCron(text);
      if ('error' in parsed) return;
      const ours = nextRuns(parsed.schedule, intlZones(zone), START, 50, 'kubernetes').map(isoMinute);
      const oracle = CronExpressionParser.parse(formatCron(parsed.schedule), {
        currentDate: new Date(START * 60_000),
        tz: zone,
      });
      const theirs = ours.map(() => isoMinute(oracle.next().getTime() / 60_000));
      expect(ours).toEqual(theirs);
      expect(ours).toHaveLength(50);
    }),
    { numRuns: 300 },
  );
});

test('the canonical spelling has the same runs, in every zone', () => {
  const zones = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  );
  fc.assert(
    fc.property(cronText, zones, fc.integer({ min: 0, max: 500 * 1440 }), (text, zone, later) => {
      const parsed = parseCron(text);
      if ('error' in parsed) return;
      const again = parseCron(formatCron(parsed.schedule));
      if ('error' in again) throw new Error(again.error);
      const of = (schedule: typeof again.schedule) =>
        nextRuns(schedule, intlZones(zone), START + later, 20, 'systemd');
      expect(of(again.schedule)).toEqual(of(parsed.schedule));
    }),
    { numRuns: 300 },
  );
});

const FIXED = [
  'Asia/Tokyo',
  'Asia/Kolkata',
  'America/Phoenix',
  'Asia/Kathmandu',
  'Etc/GMT+12',
  'Pacific/Kiritimati',
];

test('a schedule that is told in UTC runs when it ran in a zone that keeps its offset', () => {
  let told = 0;
  fc.assert(
    fc.property(cronText, fc.constantFrom(...FIXED), (text, timezone) => {
      const parsed = parseCron(text);
      if ('error' in parsed) return;
      const utc = inUtc({ schedule: text, timezone }, intlZones);
      expect(utc.offsets).toHaveLength(1);
      if (!utc.isTranslated) return;
      told += 1;
      const runs = (cron: string, zone: string) =>
        nextRuns(knownSchedule(cron), intlZones(zone), START, 30, 'kubernetes').map(isoMinute);
      expect(runs(utc.cron, 'UTC')).toEqual(runs(text, timezone));
    }),
    { numRuns: 300 },
  );
  expect(told).toBeGreaterThan(20);
});
