import { expect, test } from '@jest/globals';
import { matchesWholeVolume, remainders } from '../../../src/excludes/match.js';

// Every line was played with restic itself (0.14; the rules are older): does any file of the volume get into a snapshot?
test.each([
  // the root of the volume, by name or path
  ['data', true],
  ['/backup/wiki/data', true],
  ['/backup/wiki/data/', true],
  ['/backup/*/data', true],
  ['d?ta', true],
  ['da[st]a', true],
  ['da[sx]a', false],
  ['d[^b]ta', true],
  ['d[a-c]ta', true],
  // a folder above it
  ['/backup', true],
  ['/backup/wiki', true],
  ['wiki', true],
  ['**/wiki/**', true],
  ['/', true],
  // restic cleans a pattern before it compares (filepath.Clean)
  ['/backup/blog/../wiki/data', true],
  ['/backup/wiki/data/x/..', true],
  ['/backup/wiki/data/../x', false],
  // everything in it
  ['*', true],
  ['**', true],
  ['/backup/wiki/data/*', true],
  ['/backup/wiki/data/**', true],
  ['/backup/**/*', true],
  ['wiki/data/*', true],
  // only a part
  ['*.tmp', false],
  ['.*', false],
  ['**/cache/**', false],
  ['/backup/wiki/data/cache', false],
  ['/backup/wiki/database', false],
  ['database', false],
  ['/data', false],
  ['/backup/blog', false],
  ['dat', false],
  ['DATA', false],
  ['data/a', false],
  ['!data', false],
  ['', false],
  ['da\\ta', true],
  ['\\*', false],
  ['[', false],
  ['a/../**/**/**/**/**/**/**/**/**/x', false],
])('%j: %p', (pattern, whole) => {
  expect(matchesWholeVolume(pattern, '/backup/wiki/data')).toBe(whole);
});

test.each([
  ['/backup/wiki/data/cache', ['/cache']],
  ['/backup/*/data/cache', ['/cache']],
  ['/backup/**/cache', ['/**/cache']],
  ['/backup/blog/data/cache', []],
  ['data/cache', ['/cache']],
  ['d*/**/keep', ['/**/keep']],
  ['wiki/*/x', ['/x']],
  ['**/cache/**', []],
  ['*.log', []],
  ['/cache', []],
  ['data', ['']],
  ['', []],
  ['.', []],
  [`a${'/**'.repeat(60)}/x`, []],
  [`/backup${'/**'.repeat(60)}/x`, ['/**/x']],
])('what %j leaves for below the volume', (pattern, rests) => {
  expect(remainders(pattern, '/backup/wiki/data')).toEqual(rests);
});
