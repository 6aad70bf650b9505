import { expect, test } from '@jest/globals';
import { matchesWholeVolume } from '../../../src/review/exclude-match.js';

// What restic 0.19 leaves out was tried by hand: internal/filter matches components, anywhere for relative patterns.
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
