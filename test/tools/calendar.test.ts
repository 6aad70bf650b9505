import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toOnCalendar } from '../../src/schedule/calendar.js';
import { dayNumber, isoMinute } from '../../src/schedule/civil.js';
import { parseCron, type CronSchedule } from '../../src/schedule/cron.js';
import { nextRuns } from '../../src/schedule/runs.js';
import { intlZones } from '../../src/time/intl-zone.js';
import { cronText } from '../support/cron-text.js';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Europe/Dublin',
];
const COUNT = 50;

/** The next elapses of each calendar line, in minutes from 1970, as systemd computes them. */
function elapses(lines: readonly string[], base: string): Map<string, number[]> {
  const args = ['calendar', `--iterations=${COUNT}`, `--base-time=${base}`, ...lines];
  const environment = { ...process.env, TZ: 'UTC', LC_ALL: 'C' };
  const { status, stdout, stderr, error } = spawnSync('systemd-analyze', args, {
    encoding: 'utf8',
    env: environment,
    maxBuffer: 1 << 28,
  });
  if (error !== undefined) throw new Error(`systemd-analyze is needed by this test: ${error.message}`);
  if (status !== 0) throw new Error(stderr);
  const blocks = stdout.split(/\n\n/);
  return new Map(
    lines.map((line, index) => {
      const times = (blocks[index] ?? '').matchAll(
        /(?:Next elapse|\(in UTC\)|Iter\. #\d+): \w{3} (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):00 UTC/g,
      );
      return [line, [...new Set([...times].map(instant))]];
    }),
  );
}

function instant([, year, month, day, hour, minute]: RegExpExecArray): number {
  const days = dayNumber({ year: Number(year), month: Number(month), day: Number(day) });
  return days * 1440 + Number(hour) * 60 + Number(minute);
}

function schedule(text: string): CronSchedule {
  const parsed = parseCron(text);
  if ('error' in parsed) throw new Error(`${text}: ${parsed.error}`);
  return parsed.schedule;
}

describe('OnCalendar means what the cron expression means', () => {
  test.each([
    ['before the clocks go forward', '2026-03-01 00:00:00 UTC', { year: 2026, month: 3, day: 1 }],
    ['before the clocks go back', '2026-10-01 00:00:00 UTC', { year: 2026, month: 10, day: 1 }],
    ['in an ordinary month', '2027-06-15 00:00:00 UTC', { year: 2027, month: 6, day: 15 }],
  ])('for random expressions and zones, %s', (_, base, date) => {
    const cases = fc
      .sample(fc.tuple(cronText, fc.constantFrom(...ZONES)), { numRuns: 700, seed: date.day + date.month })
      .filter(([text]) => 'schedule' in parseCron(text));
    expect(cases.length).toBeGreaterThan(600);
    const start = dayNumber(date) * 1440;
    for (let at = 0; at < cases.length; at += 350) {
      const batch = cases.slice(at, at + 350).map(([text, zone]) => {
        const parsed = schedule(text);
        return { text, zone, parsed, lines: toOnCalendar(parsed, zone) };
      });
      const found = elapses([...new Set(batch.flatMap(({ lines }) => lines))], base);
      for (const { text, zone, parsed, lines } of batch) {
        // A timer with several lines elapses at each of them, once where they fall together.
        const systemd = [...new Set(lines.flatMap((line) => found.get(line) ?? []))].sort((a, b) => a - b);
        const ours = nextRuns(parsed, intlZones(zone), start, COUNT, 'systemd');
        const last = Math.min(...lines.map((line) => found.get(line)?.[COUNT - 1] ?? Infinity));
        const upTo = (runs: readonly number[]) =>
          runs
            .filter((run) => run <= last)
            .slice(0, COUNT)
            .map(isoMinute);
        const ourCount = upTo(ours).length;
        expect([text, zone, lines, upTo(systemd).slice(0, ourCount)]).toEqual([
          text,
          zone,
          lines,
          upTo(ours),
        ]);
        expect(ours.length).toBeGreaterThan(0);
      }
    }
  });
});
