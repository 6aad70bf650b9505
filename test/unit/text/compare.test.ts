import { expect, test } from '@jest/globals';
import { compareText } from '../../../src/text/compare.js';

test('texts are in the order of their code units, whatever the locale', () => {
  const sorted = ['', '-', 'A', 'Z', 'a', 'a-b', 'a.b', 'ab', 'ä', '\u{1f600}', '\uffee'];
  expect([...sorted].reverse().sort(compareText)).toEqual(sorted);
  expect(compareText('a', 'a')).toBe(0);
});
