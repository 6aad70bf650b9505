import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Retention } from '../../../src/model/contract.js';
import { keptSnapshots } from '../../../src/retention/keep.js';
import { parseSpan, spanBefore } from '../../../src/retention/span.js';
import { intlZones } from '../../../src/time/intl-zone.js';

/** Index of a time, and the rules. */
type Answer = readonly (readonly [number, string])[];

interface Answers {
  readonly abroad: string;
  readonly restic: readonly string[];
  readonly scenarios: readonly {
    readonly zone: string;
    /** As restic shows them, with the offset of the machine. */
    readonly times: readonly string[];
    readonly cases: readonly {
      readonly retention: Retention;
      readonly kept: Answer;
      /** On the machine abroad, where it differs. */
      readonly abroad?: Answer;
    }[];
  }[];
}

/** What real restic programs answered: see make.mjs beside the file. */
const answers = JSON.parse(
  readFileSync(new URL('../../fixtures/retention/forget.json', import.meta.url), 'utf8'),
) as Answers;

test('the answers are those of the oldest and the newest restic that end-to-end tests use', () => {
  expect(answers.restic).toEqual(['0.18.0', '0.19.1']);
});

describe.each(answers.scenarios)(
  'the real restic forget in $zone, from $times.0',
  ({ zone, times, cases }) => {
    const instants = times.map((time) => Date.parse(time));
    // By time: of two snapshots made for one skipped hour restic's answer does not say which is which.
    const kept = (retention: Retention, machine: string): unknown =>
      keptSnapshots(instants, retention, intlZones(zone), intlZones(machine)).map(({ time, rules }) => [
        time,
        rules.join(' '),
      ]);
    const given = (answer: Answer): unknown => answer.map(([index, rules]) => [instants[index], rules]);

    test.each(cases)('keeps the same snapshots for the same reasons: $retention', (entry) => {
      expect(kept(entry.retention, zone)).toEqual(given(entry.kept));
      expect(kept(entry.retention, answers.abroad)).toEqual(given(entry.abroad ?? entry.kept));
    });
  },
);

test('some of the answers depend on where forget runs', () => {
  expect(answers.scenarios.flatMap(({ cases }) => cases).some(({ abroad }) => abroad !== undefined)).toBe(
    true,
  );
});

describe('keptSnapshots', () => {
  const utc = intlZones('UTC');
  const noon = Date.parse('2024-05-05T12:00Z');

  test('takes times in any order and says where they stood', () => {
    const kept = keptSnapshots([noon, noon + 2, noon + 1], { keep_last: 2 }, utc);
    expect(kept.map(({ index, time }) => [index, time - noon])).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  test('keeps nothing of nothing, and nothing under rules of zero', () => {
    expect(keptSnapshots([], { keep_daily: 3 }, utc)).toEqual([]);
    expect(keptSnapshots([noon], { keep_daily: 0, keep_within: '0d' }, utc)).toEqual([]);
  });

  test('the zone decides where a day ends', () => {
    const times = ['2024-01-10T22:30Z', '2024-01-10T23:30Z'].map((time) => Date.parse(time));
    const kept = (zone: string) =>
      keptSnapshots([...times, times[0] ?? 0 - 1], { keep_daily: 2 }, intlZones(zone));
    expect(kept('Europe/Berlin').map(({ index }) => index)).toEqual([1, 0]);
    expect(kept('UTC').map(({ index }) => index)).toEqual([1, 2]);
  });
});

describe('spans', () => {
  const before = (time: string, span: string, zone = 'UTC'): string => {
    const parsed = parseSpan(span);
    if (parsed === null) throw new Error(span);
    return new Date(spanBefore(Date.parse(time), parsed, intlZones(zone))).toISOString();
  };

  // The rules of Go's time.AddDate and Add, which restic uses.
  test.each([
    ['2024-03-31T10:00:00Z', '1m', 'UTC', '2024-03-02T10:00:00.000Z'],
    ['2024-02-29T10:00:00Z', '1y', 'UTC', '2023-03-01T10:00:00.000Z'],
    ['2024-01-15T10:00:00.250Z', '1y1m20d5h', 'UTC', '2022-11-25T05:00:00.250Z'],
    // 02:30 does not exist on that day; the backup of 02:10 in the answers above shows which way Go goes.
    ['2024-04-01T00:30:00Z', '1d', 'Europe/Berlin', '2024-03-31T01:30:00.000Z'],
    ['2024-04-01T00:30:00Z', '24h', 'Europe/Berlin', '2024-03-31T00:30:00.000Z'],
    ['2024-03-31T22:00:00Z', '1d', 'Europe/Berlin', '2024-03-30T23:00:00.000Z'],
  ])('%s less %s in %s', (time, span, zone, expected) => {
    expect(before(time, span, zone)).toBe(expected);
  });

  test.each(['', '0d', '0y0m0d0h', '3', '1d1y', '1w', '-1d'])('%j is no span', (text) => {
    expect(parseSpan(text)).toBeNull();
  });
});
