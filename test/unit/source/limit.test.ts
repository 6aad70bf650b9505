import { expect, test } from '@jest/globals';
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.js';
import { limitPerFile, MAX_PER_FILE } from '../../../src/source/limit.js';

function finding(file: string, line: number): Diagnostic {
  const span = { file, line, column: 1, end_line: line, end_column: 2 };
  return { code: 'STW012', severity: 'error', message: 'duplicate key', span };
}

test('as many findings as fit are all shown', () => {
  const findings = Array.from({ length: MAX_PER_FILE }, (_, index) => finding('a.yml', index + 1));
  expect(limitPerFile(findings)).toEqual(findings);
});

test('of one file with more, the first are shown and the rest counted; other files are whole', () => {
  const many = Array.from({ length: MAX_PER_FILE + 3 }, (_, index) => finding('a.yml', index + 1));
  const limited = limitPerFile([...many, finding('b.yml', 1)]);
  expect(limited).toHaveLength(MAX_PER_FILE + 2);
  expect(limited[MAX_PER_FILE]).toMatchObject({
    code: 'STW029',
    severity: 'error',
    message: '3 more findings from here on are not shown',
    span: { file: 'a.yml', line: MAX_PER_FILE + 1 },
  });
  expect(limited.at(-1)).toEqual(finding('b.yml', 1));
});
