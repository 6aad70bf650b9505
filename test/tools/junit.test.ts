import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatJunit } from '../../src/diagnostics/format-junit.js';
import { hostileDiagnostics } from '../support/diagnostics.js';
import { hostileText } from '../support/hostile-text.js';

const SCHEMA = fileURLToPath(new URL('../fixtures/junit/report.xsd', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'stowage-junit-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** What xmllint says about reports. */
function xmllint(reports: readonly string[]): { status: number | null; err: string } {
  const files = reports.map((report, index) => {
    const file = join(scratch, `${index}.xml`);
    writeFileSync(file, report);
    return file;
  });
  const { status, stderr, error } = spawnSync('xmllint', ['--noout', '--schema', SCHEMA, ...files], {
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error(`xmllint is needed by this test: ${error.message}`);
  return { status, err: stderr };
}

test('xmllint finds every report valid, whatever the findings say', () => {
  const reports = fc
    .sample(fc.tuple(hostileDiagnostics, fc.array(hostileText, { maxLength: 3 })), { numRuns: 400, seed: 7 })
    .map(([diagnostics, files]) => formatJunit(diagnostics, files));
  const { status, err } = xmllint(reports);
  expect(err.split('\n').filter((line) => line !== '' && !line.endsWith(' validates'))).toEqual([]);
  expect(status).toBe(0);
});

test('xmllint refuses what is no report', () => {
  const report = formatJunit([], ['a.yml']);
  expect(xmllint([report.replace('classname', 'file')]).status).not.toBe(0);
  expect(xmllint([report.replace('no findings', 'a & b')]).status).not.toBe(0);
});
