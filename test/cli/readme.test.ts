import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { currentReadme } from '../golden/readme.mjs';

// Stale output in the README is a lie to a newcomer. To renew it: npm run update-golden.
test('the README shows what the program really prints, every policy key and every code', () => {
  expect(readFileSync('README.md', 'utf8')).toBe(currentReadme());
});
