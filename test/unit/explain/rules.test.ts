import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import glob from 'fast-glob';
import { RULES, rulesFor } from '../../../src/explain/rules/registry.js';

/** Every line of every golden tree, by path in its tree. */
const lines = ['homelab', 'minimal', 'every-runtime', 'quiet'].flatMap((name) => {
  const root = `test/golden/${name}/expected`;
  return glob.sync('**', { cwd: root, dot: true }).flatMap((path) =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .map((line) => ({ path, line })),
  );
});

test('every rule is about some line that we render, but for what only some policies ask for', () => {
  const idle = RULES.filter(
    ({ path, line }) => !lines.some((each) => path.test(each.path) && line.test(each.line)),
  );
  expect(idle.map(({ line }) => line.source)).toEqual([]);
});

test('every key of a unit has a rule, but for what only names and describes it', () => {
  const keys = lines.filter(
    ({ path, line }) =>
      /\.(?:service|timer)$/.test(path) && /^[A-Z]\w+=/.test(line) && rulesFor(path, line).length === 0,
  );
  expect(new Set(keys.map(({ line }) => line.replace(/=.*/, '')))).toEqual(
    new Set(['Description', 'Documentation']),
  );
});

test('a comment explains itself', () => {
  expect(rulesFor('hosts/a/systemd/a.service', '# OnFailure=x')).toEqual([]);
});
