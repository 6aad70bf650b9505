import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT, gitEnvironment, installProgram, makeRepository } from './lib/git.js';
import { npmInstall } from './lib/npm.js';

const EXAMPLE = readFileSync(join(ROOT, 'examples/ci/gitlab.yml'), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'stowage-gitlab-'));
const repository = join(scratch, 'repository');
const tool = join(scratch, 'tool');

const environment = { ...gitEnvironment(join(scratch, 'bin')), NO_COLOR: '1' };

/** Runs a job on this machine; gitlab-ci-local checks the file against GitLab's own schema first. */
function runJob(file: string): { passed: boolean; out: string } {
  writeFileSync(join(repository, '.gitlab-ci.yml'), file);
  const program = join(tool, 'node_modules/.bin/gitlab-ci-local');
  const { status, stdout, stderr } = spawnSync(
    program,
    ['--force-shell-executor', '--no-shell-isolation', 'backups'],
    {
      cwd: repository,
      env: environment,
      encoding: 'utf8',
    },
  );
  return { passed: status === 0, out: stdout + stderr };
}

beforeAll(() => {
  npmInstall(tool, ['gitlab-ci-local@4.61.1']);
  installProgram(join(scratch, 'bin'));
  cpSync(join(ROOT, 'examples/minimal'), repository, { recursive: true });
  execFileSync(join(scratch, 'bin/stowage'), ['render', '--quiet'], { cwd: repository });
  makeRepository(repository);
});

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

const reported = (name: string): string => readFileSync(join(repository, name), 'utf8');

test("the example is valid to GitLab's schema, which knows a mistake when it sees one", () => {
  const { out } = runJob(EXAMPLE.replace('codequality:', 'codequalty:'));
  expect(out).toContain("'codequalty' property is not expected");
});

test('the job passes for a tree that is current, with empty reports', () => {
  const { passed, out } = runJob(EXAMPLE);
  expect(out).toContain('json schema validated');
  expect(passed).toBe(true);
  expect(JSON.parse(reported('gl-code-quality-report.json'))).toEqual([]);
  expect(reported('stowage-junit.xml')).toContain('failures="0"');
});

test('the job fails for an edited file; both reports are written, and the log says why', () => {
  appendFileSync(join(repository, 'rendered/README.md'), 'mine\n');
  const { passed, out } = runJob(EXAMPLE);
  expect(passed).toBe(false);
  expect(out).toContain('edited  rendered/README.md');
  expect(JSON.parse(reported('gl-code-quality-report.json'))).toMatchObject([
    { check_name: 'STW604', severity: 'major', location: { path: 'rendered/README.md' } },
  ]);
  expect(reported('stowage-junit.xml')).toContain('failures="1"');
});
