import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { leftOutAt, matchesWholeVolume, remainders } from '../../../src/excludes/match.js';

interface Answers {
  readonly restic: readonly string[];
  readonly root: string;
  readonly files: readonly string[];
  readonly cases: readonly {
    readonly patterns: readonly string[];
    /** Indexes of files; null where restic refuses the patterns. */
    readonly left_out: readonly number[] | null;
    /** Where older programs leave out others. */
    readonly older?: readonly number[];
  }[];
}

/** What real restic programs answered: see make.mjs beside the file. */
const { restic, root, files, cases } = JSON.parse(
  readFileSync(new URL('../../fixtures/exclude/answers.json', import.meta.url), 'utf8'),
) as Answers;
/** Others may match below the volume as a whole. */
const isAnchored = (pattern: string): boolean => /^\/+(?!\/|\*\*)/.test(pattern);
const all = files.map((_, index) => index);
/**
 * What is known to differ. Of two `**` the last one stands for nothing only where restic has a name to spare (filter.go counts
 * it as one), so it saves what lies in the volume itself: a finding too many. And Go refuses a set that ends with a hyphen.
 */
const DIFFERENT: readonly string[] = ['/**/da\\ta/?*/**/', '[a-]'];
const alike = cases.filter(({ patterns: [pattern = ''] }) => !DIFFERENT.includes(pattern));
const known = alike.flatMap(({ patterns, left_out }) => (left_out === null ? [] : [{ patterns, left_out }]));

test('the answers are those of the oldest and the newest restic that end-to-end tests use', () => {
  expect(restic).toEqual(['0.14.0', '0.18.0', '0.19.1']);
});

describe('the real restic', () => {
  test.each(known)('leaves out the same files: $patterns', ({ patterns, left_out }) => {
    const found = files.flatMap((file, index) =>
      leftOutAt(patterns, root, `${root}/${file}`) === null ? [] : [index],
    );
    expect(found).toEqual(left_out);
  });

  const single = known.filter(
    ({ patterns: [pattern = '', ...more] }) => more.length === 0 && !pattern.startsWith('!'),
  );
  test.each(single)(
    'leaves out the whole volume, or something of it: $patterns',
    ({ patterns, left_out }) => {
      expect(matchesWholeVolume(patterns[0] ?? '', root)).toBe(left_out.length === files.length);
    },
  );

  test.each(single)(
    'leaves out the same with what remains of a pattern below the volume: $patterns',
    ({ patterns, left_out }) => {
      const [pattern = ''] = patterns;
      const rests = remainders(pattern, root).map((rest) => `${root}${rest}`);
      const found = files.flatMap((file, index) =>
        leftOutAt([...rests, ...(isAnchored(pattern) ? [] : patterns)], root, `${root}/${file}`) === null
          ? []
          : [index],
      );
      expect(found).toEqual(left_out);
    },
  );
});

test('what restic refuses leaves out nothing', () => {
  const refused = alike.filter(({ left_out }) => left_out === null);
  expect(refused.length).toBeGreaterThan(3);
  const found = refused.map(({ patterns }) => [
    patterns[0],
    files.filter((file) => leftOutAt(patterns, root, `${root}/${file}`) !== null),
  ]);
  expect(found).toEqual(refused.map(({ patterns }) => [patterns[0], []]));
});

test('before 0.19 a volume that is left out as a whole stays out, whatever is brought back', () => {
  const others = cases.flatMap(({ older }) => (older === undefined ? [] : [older]));
  expect(others.length).toBeGreaterThan(0);
  for (const older of others) expect(older).toEqual(all);
});
