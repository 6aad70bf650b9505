import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { loadProject, report } from '../../src/index.js';
import { goldenReports } from './cases.mjs';

// As with the trees: if a difference is meant, npm run update-golden, and read the diff.
test.each(goldenReports())('the report as $format', ({ config, format, file }) => {
  const { result, diagnostics } = report(loadProject(config), format, null);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(result).toBe(readFileSync(file, 'utf8'));
});
