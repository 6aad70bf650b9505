import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toOnCalendar } from '../../src/schedule/calendar.js';
import { dayNumber, isoMinute } from '../../src/schedule/civil.js';
import { parseCron, type CronSchedule } from '../../src/schedule/cron.js';
import { nextRuns } from '../../src/schedule/runs.js';
import { intlZones } from '../../src/time/intl-zone.js';
import { cronText } from '../support/cron-text.js';

/** Usual zones, and those with rules of their own: half an hour, a quarter of an hour off, summer time below zero. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Europe/Dublin',
  'Africa/Casablanca',
  'Africa/Cairo',
  'America/Havana',
  'America/Nuuk',
  'Antarctica/Troll',
  'Asia/Beirut',
  'Pacific/Apia',
];
const COUNT = 50;
/** Expressions for each point in time, and in each call of the program. */
const CASES = 250;
const BATCH = 250;

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

/** One expression in one zone, and the lines that stand for it. */
interface Translated {
  readonly text: string;
  readonly zone: string;
  readonly parsed: CronSchedule;
  readonly lines: readonly string[];
}

/**
 * Where systemd's answer may go wrong, documented in the README: before 258 it loses the rest of the day on which
 * Ireland's clocks go forward (winter time is negative summer time there) once it has tried the hour that is skipped
 * (systemd pull request 36897).
 */
function lost({ parsed, zone }: Pick<Translated, 'parsed' | 'zone'>, start: number): number {
  const change = dayNumber({ year: 2026, month: 3, day: 29 }) * 1440;
  const affected = zone === 'Europe/Dublin' && parsed.hour.values.includes(1) && start < change;
  return affected ? change - 1 : Infinity;
}

/** What systemd and we say about one expression, as far as both answers reach. */
function answers({ parsed, zone, lines }: Translated, found: ReadonlyMap<string, number[]>, start: number) {
  // A timer with several lines elapses at each of them, once where they fall together.
  const systemd = [...new Set(lines.flatMap((line) => found.get(line) ?? []))].sort((a, b) => a - b);
  const ours = nextRuns(parsed, intlZones(zone), start, COUNT, 'systemd');
  const reached = lines.map((line) => found.get(line)?.[COUNT - 1] ?? Infinity);
  const last = Math.min(...reached, lost({ parsed, zone }, start));
  const upTo = (runs: readonly number[]) => runs.filter((run) => run <= last).slice(0, COUNT);
  const expected = upTo(ours);
  return { ours: expected.map(isoMinute), systemd: upTo(systemd).slice(0, expected.length).map(isoMinute) };
}

describe('OnCalendar means what the cron expression means', () => {
  test.each([
    [
      'before the clocks go forward in the north',
      '2026-03-01 00:00:00 UTC',
      { year: 2026, month: 3, day: 1 },
    ],
    ['before they go back there', '2026-10-01 00:00:00 UTC', { year: 2026, month: 10, day: 1 }],
    ['before they go back in the south', '2026-03-30 00:00:00 UTC', { year: 2026, month: 3, day: 30 }],
    ['before they go forward there', '2026-09-20 00:00:00 UTC', { year: 2026, month: 9, day: 20 }],
    ['in an ordinary month', '2027-06-15 00:00:00 UTC', { year: 2027, month: 6, day: 15 }],
    ['where a day is left out', '2011-12-20 00:00:00 UTC', { year: 2011, month: 12, day: 20 }],
  ])('for random expressions and zones, %s', (_, base, date) => {
    const zone = date.year === 2011 ? fc.constant('Pacific/Apia') : fc.constantFrom(...ZONES);
    const cases = fc
      .sample(fc.tuple(cronText, zone), { numRuns: CASES, seed: dayNumber(date) })
      .flatMap(([text, name]): Translated[] => {
        const result = parseCron(text);
        if ('error' in result) return [];
        return [{ text, zone: name, parsed: result.schedule, lines: toOnCalendar(result.schedule, name) }];
      });
    expect(cases.length).toBeGreaterThan(CASES * 0.85);
    const start = dayNumber(date) * 1440;
    let compared = 0;
    for (let at = 0; at < cases.length; at += BATCH) {
      const batch = cases.slice(at, at + BATCH);
      const found = elapses([...new Set(batch.flatMap(({ lines }) => lines))], base);
      for (const each of batch) {
        const { ours, systemd } = answers(each, found, start);
        expect([each.text, each.zone, each.lines, systemd]).toEqual([each.text, each.zone, each.lines, ours]);
        if (lost(each, start) === Infinity) expect(ours.length).toBeGreaterThan(0);
        compared += ours.length;
      }
    }
    expect(compared).toBeGreaterThan(CASES * 30);
  });
});
