import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadProject, render } from '../../src/index.js';
import { goldenCases } from './cases.mjs';

/** Content and mode of every file below a folder, by path. */
function tree(folder: string): Record<string, { content: string; executable: boolean }> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const executable = (statSync(path).mode & 0o100) !== 0;
      return [relative(folder, path), { content: readFileSync(path, 'utf8'), executable }];
    }),
  );
}

// A difference is a change in what people install. If it is meant: npm run update-golden, and read the diff.
describe.each(goldenCases())('$name', ({ config, expected }) => {
  const { files, diagnostics } = render(loadProject(config));

  test('has no errors', () => {
    expect(diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
  });

  test('renders exactly the expected tree', () => {
    const rendered = files.map((file) => [
      file.path,
      { content: file.content, executable: file.mode === 0o755 },
    ]);
    expect(Object.fromEntries(rendered)).toEqual(tree(expected));
  });
});
