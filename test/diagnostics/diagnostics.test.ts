import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { CODES } from '../../src/diagnostics/codes.js';
import { formatText } from '../../src/diagnostics/format-text.js';
import { loadProject } from '../../src/load.js';
import { render } from '../../src/render.js';

/**
 * Each folder here is a small project with mistakes, named after the code that it is about; `expected.txt` beside
 * its policy is what the user sees. `UPDATE_EXPECTED=1` writes the files; then read them: is every caret under the
 * right character?
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const fixtures = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** Codes whose mistake cannot be kept in a folder here; each has a test of its own, below or (STW029) in unit/source/limit.test.ts. */
// STW345: no runtime that there is leaves a volume out silently (test/unit/plan/uncovered.test.ts).
const ELSEWHERE: readonly string[] = ['STW001', 'STW005', 'STW029', 'STW345'];

function report(config: string): string {
  const { diagnostics, sources } = render(loadProject(config));
  // Whoever made a mistake is told what to do about it.
  expect(diagnostics.filter(({ hint }) => (hint ?? '') === '')).toEqual([]);
  return formatText(diagnostics, sources, { color: false });
}

describe('what people see for each mistake', () => {
  test.each(fixtures)('%s', (name) => {
    const expectedFile = join(folder, name, 'expected.txt');
    const actual = report(join(folder, name, 'stowage.yml'));
    if (process.env.UPDATE_EXPECTED !== undefined) writeFileSync(expectedFile, actual);
    expect(actual).toContain(name.slice(0, 6));
    expect(actual).toBe(existsSync(expectedFile) ? readFileSync(expectedFile, 'utf8') : 'expected.txt is missing');
  });

  test('a file that cannot be read', () => {
    const project = mkdtempSync(join(tmpdir(), 'stowage-'));
    try {
      symlinkSync('nowhere.yml', join(project, 'app.yml'));
      symlinkSync('loop.yml', join(project, 'loop.yml'));
      const policy = readFileSync(join(folder, 'STW201-missing-file', 'stowage.yml'), 'utf8');
      writeFileSync(join(project, 'stowage.yml'), policy.replace('app.yml', '[app.yml, loop.yml]'));
      expect(report(join(project, 'stowage.yml'))).toBe(
        'app.yml:1:1 error STW001 `app.yml` does not exist\n  hint: check the path and its permissions\n\n' +
          'loop.yml:1:1 error STW001 `loop.yml` is a link that leads back to itself\n' +
          '  hint: check the path and its permissions\n\n2 errors in 2 files\n',
      );
      expect(report(join(project, 'other.yml'))).toContain('STW001 `other.yml` does not exist');
    } finally {
      rmSync(project, { recursive: true });
    }
  });

  test('a file larger than 1 MiB is refused without being read', () => {
    const project = mkdtempSync(join(tmpdir(), 'stowage-'));
    try {
      writeFileSync(join(project, 'stowage.yml'), `# ${'x'.repeat(1024 * 1024)}\n`);
      expect(report(join(project, 'stowage.yml'))).toContain('STW005 `stowage.yml` is larger than 1 MiB');
    } finally {
      rmSync(project, { recursive: true });
    }
  });

  test('every code of reading, contracts, policy, planning and locating has a fixture', () => {
    const covered = new Set([...fixtures.map((name) => name.slice(0, 6)), ...ELSEWHERE]);
    const loading = Object.keys(CODES).filter((code) => /^STW[0-4]/.test(code));
    expect(loading.filter((code) => !covered.has(code))).toEqual([]);
  });
});
