import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { RenderedFile } from '../../src/rendering/file.js';
import { goldenCases } from '../golden/cases.mjs';
import { loadProject } from '../../src/load.js';
import { render } from '../../src/render.js';
import { contract, mixed, renderProject } from '../unit/kubernetes/project.js';

const scratch = mkdtempSync(join(tmpdir(), 'stowage-yaml-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

const METHODS = ['restic', 'velero', 'volsync', 'k8up'] as const;
const STORE = { external_secret: { store: 'vault', key_prefix: 'backup/' } };

const TREES: readonly (readonly [string, () => readonly RenderedFile[]])[] = [
  ...goldenCases().map(({ name, config }) => [name, () => render(loadProject(config)).files] as const),
  ...METHODS.map(
    (method) =>
      [method, () => renderProject([contract('wiki'), contract('git')], { method, ...STORE }).files] as const,
  ),
  ['a scheduler on each node', () => renderProject([mixed('photos')], { host_path_mode: 'daemonset' }).files],
];

/** The one way in which pre-commit's check-yaml is stricter than most: a file is one document. */
const CHECK_YAML = `import sys, yaml
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        yaml.safe_load(file)
`;

test.each(TREES)('yamllint and check-yaml, as they come, find nothing in the tree of %s', (name, files) => {
  const root = join(scratch, name.replaceAll(' ', '-'));
  const all = files();
  for (const { path, content } of all) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const yaml = all.map(({ path }) => path).filter((path) => /\.ya?ml$/.test(path));
  expect(yaml.length).toBeGreaterThan(2);
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, [...args, ...yaml], { cwd: root, encoding: 'utf8' });
  expect(run('yamllint', '--strict')).toBe('');
  expect(run('yamllint', '--strict', '-d', 'relaxed')).toBe('');
  run('python3', '-c', CHECK_YAML);
});
