import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Retention } from '../../src/model/contract.js';
import { keptSnapshots } from '../../src/retention/keep.js';
import { snapshotLives } from '../../src/retention/simulate.js';
import { intlZones } from '../../src/time/intl-zone.js';
import { existingAt } from '../support/existing-at.js';

const COUNTS = [
  'keep_last',
  'keep_hourly',
  'keep_daily',
  'keep_weekly',
  'keep_monthly',
  'keep_yearly',
] as const;
const WITHIN = ['', '_hourly', '_daily', '_weekly', '_monthly', '_yearly'].map(
  (name) => `keep_within${name}`,
);

const span = fc
  .tuple(...[2, 5, 40, 30].map((max) => fc.integer({ min: 0, max })))
  .map((parts) => parts.map((part, index) => `${part}${'ymdh'[index] ?? ''}`).join(''));
const retention: fc.Arbitrary<Retention> = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...COUNTS), fc.integer({ min: 0, max: 12 })),
    fc.dictionary(fc.constantFrom(...WITHIN), span, { maxKeys: 2 }),
  )
  .map(([counts, spans]) => ({ ...counts, ...spans }));
const zone = fc
  .constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe')
  .map(intlZones);
const START = Date.UTC(2019, 11, 1);
/** From many in an hour to few in a year. */
const times = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 30_000 })), { maxLength: 80 })
  .map((gaps) => {
    let at = START;
    return gaps.map((gap) => (at += gap * 60_000));
  });

const indices = (...args: Parameters<typeof keptSnapshots>): number[] =>
  keptSnapshots(...args)
    .map(({ index }) => index)
    .sort((a, b) => a - b);

test('a higher count, or one more rule, never removes what was kept', () => {
  fc.assert(
    fc.property(
      times,
      retention,
      zone,
      fc.constantFrom(...COUNTS),
      fc.nat(5),
      (list, rules, at, rule, more) => {
        const kept = new Set(indices(list, { ...rules, [rule]: (rules[rule] ?? 0) + more }, at));
        for (const index of indices(list, rules, at)) expect(kept).toContain(index);
      },
    ),
  );
});

test('the order of the times does not matter, and the newest stays', () => {
  fc.assert(
    fc.property(times, retention, zone, (list, rules, at) => {
      const backwards = keptSnapshots([...list].reverse(), rules, at);
      const kept = keptSnapshots(list, rules, at);
      expect(backwards.map(({ time, rules: why }) => [time, why])).toEqual(
        kept.map(({ time, rules: why }) => [time, why]),
      );
      if (kept.length > 0) expect(kept[0]?.time).toBe(list.at(-1));
    }),
  );
});

test('a second forget finds nothing to remove', () => {
  fc.assert(
    fc.property(times, retention, zone, (list, rules, at) => {
      const kept = keptSnapshots(list, rules, at).map(({ time }) => time);
      expect(keptSnapshots(kept, rules, at).map(({ time }) => time)).toEqual(kept);
    }),
  );
});

test('a rule never takes more than its count, and takes different periods but for the oldest', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 9 }), zone, (list, count, at) => {
      const kept = keptSnapshots(list, { keep_daily: count }, at);
      expect(kept.length).toBeLessThanOrEqual(count);
      const day = new Intl.DateTimeFormat('en-CA', { timeZone: at.name });
      const days = kept.filter(({ index }) => index !== 0).map(({ time }) => day.format(time));
      expect(new Set(days).size).toBe(days.length);
    }),
  );
});

test('lives are what forgetting step by step leaves', () => {
  fc.assert(
    fc.property(
      times,
      fc.array(fc.nat(40_000), { maxLength: 12 }),
      retention,
      zone,
      (list, gaps, rules, at) => {
        const runs = [...new Set(list)].map((time) => time / 60_000);
        let minute = START / 60_000;
        const forgets = gaps.map((gap) => (minute += gap));
        const lives = snapshotLives(runs, forgets, rules, at);
        let alive: number[] = [];
        for (const [index, forget] of forgets.entries()) {
          const since = forgets[index - 1] ?? Number.NEGATIVE_INFINITY;
          const made = [...alive, ...runs.filter((run) => run > since && run <= forget)].map(
            (run) => run * 60_000,
          );
          alive = keptSnapshots(made, rules, at).map(({ time }) => time / 60_000);
          expect(existingAt(lives, forget)).toEqual([...alive].reverse());
        }
      },
    ),
  );
});

test('one forget leaves what many would have left', () => {
  fc.assert(
    fc.property(
      times,
      fc.array(fc.nat(40_000), { maxLength: 12 }),
      retention,
      zone,
      (list, gaps, rules, at) => {
        const runs = [...new Set(list)].map((time) => time / 60_000);
        const last = (runs.at(-1) ?? 0) + 1;
        let minute = START / 60_000;
        const often = gaps.map((gap) => (minute += gap)).filter((forget) => forget < last);
        const left = (forgets: readonly number[]) =>
          existingAt(snapshotLives(runs, forgets, rules, at), last);
        expect(left([...often, last])).toEqual(left([last]));
      },
    ),
    { numRuns: 1000 },
  );
});
