import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { load } from 'js-yaml';
import { sarifErrors } from '../support/sarif-schema.js';
import { ROOT, git, gitEnvironment } from './lib/git.js';
import { npmInstall } from './lib/npm.js';
import { runAction, type Action, type JobResult } from './lib/runner.js';

const ACTION = join(ROOT, 'action.yml');
const action = load(readFileSync(ACTION, 'utf8')) as Action;
const scratch = mkdtempSync(join(tmpdir(), 'stowage-action-'));
const workspace = join(scratch, 'workspace');
const actionPath = join(scratch, 'action');

const environment = gitEnvironment();

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), text);
}

const contract = (): string =>
  readFileSync(join(ROOT, 'examples/minimal/services/bookmarks/contract.yml'), 'utf8');
const stowage = (...args: string[]): void => {
  execFileSync(process.execPath, [join(ROOT, 'dist/stowage.js'), ...args], { cwd: workspace });
};

/** Commits everything; the commit. */
function commit(): string {
  git(workspace, 'add', '-A');
  git(workspace, 'commit', '-q', '--allow-empty', '-m', 'change');
  return git(workspace, 'rev-parse', 'HEAD');
}

function run(inputs: Readonly<Record<string, string>> = {}, event: unknown = {}): JobResult {
  return runAction(action, { workspace, actionPath, temporary: scratch, inputs, event, environment });
}

describe('the file', () => {
  /** What GitHub's own reader of actions and workflows has against a file. */
  let errorsOf: (kind: 'action' | 'workflow', text: string) => string[];

  beforeAll(async () => {
    const reader = join(scratch, 'reader');
    npmInstall(reader, ['@actions/workflow-parser@0.3.61']);
    const dist = join(reader, 'node_modules/@actions/workflow-parser/dist');
    const source = `import { parseAction } from '${dist}/actions/action-parser.js';
      import { parseWorkflow } from '${dist}/index.js';
      const [, , kind, text] = process.argv;
      const trace = { error() {}, verbose() {}, info() {} };
      const parse = kind === 'action' ? parseAction : parseWorkflow;
      const { context } = parse({ name: 'file.yml', content: text }, trace);
      console.log(JSON.stringify(context.errors.getErrors().map(String)));`;
    const outfile = join(reader, 'reader.cjs');
    await build({
      stdin: { contents: source, resolveDir: reader },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
      logLevel: 'error',
    });
    errorsOf = (kind, text) =>
      JSON.parse(execFileSync(process.execPath, [outfile, kind, text], { encoding: 'utf8' })) as string[];
  });

  test('is an action to the reader of GitHub, which knows a mistake when it sees one', () => {
    const text = readFileSync(ACTION, 'utf8');
    expect(errorsOf('action', text)).toEqual([]);
    expect(errorsOf('action', text.replace('shell: bash', 'shel: bash'))).not.toEqual([]);
  });

  test('the example of a workflow is one, and uses the inputs and outputs that there are', () => {
    const text = readFileSync(join(ROOT, 'examples/ci/github.yml'), 'utf8');
    expect(errorsOf('workflow', text)).toEqual([]);
    expect(errorsOf('workflow', text.replace('runs-on', 'run-on'))).not.toEqual([]);
    const used = [...text.matchAll(/steps\.stowage\.outputs\.([\w-]+)/g)].map(([, name]) => name);
    expect(used.length).toBeGreaterThan(0);
    for (const name of used) expect(Object.keys(action.outputs)).toContain(name);
  });

  test('no script holds an expression, whose value would be a part of the script', () => {
    for (const step of action.runs.steps) expect(step.run).not.toContain('${{');
    const workflow = readFileSync(join(ROOT, 'examples/ci/github.yml'), 'utf8');
    for (const line of workflow.split('\n').filter((text) => text.includes('run:')))
      expect(line).not.toContain('${{');
  });

  test.each(action.runs.steps)('shellcheck finds nothing in the step $name', ({ run: script }) => {
    const { status, stdout, error } = spawnSync('shellcheck', ['--shell=bash', '-'], {
      input: `set -eo pipefail\n${script}`,
      encoding: 'utf8',
    });
    if (error !== undefined) throw error;
    expect([status, stdout]).toEqual([0, '']);
  });
});

describe('the steps', () => {
  /** The program that was built here, where the action looks for it. */
  const PROGRAM = `const { spawnSync } = require('node:child_process');
    const args = ['${ROOT}dist/stowage.js', ...process.argv.slice(2)];
    process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status);`;

  beforeEach(() => {
    for (const folder of [workspace, actionPath]) rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(actionPath, 'dist'), { recursive: true });
    writeFileSync(join(actionPath, 'dist/stowage.js'), PROGRAM);
    cpSync(join(ROOT, 'examples/minimal'), workspace, { recursive: true });
    stowage('render', '--quiet');
    git(workspace, 'init', '-q', '-b', 'main');
  });

  test('a repository in order, without a base: passes, and compares nothing', () => {
    commit();
    const { passed, outputs, summary, log } = run();
    expect([passed, summary, log]).toEqual([true, '', '']);
    expect(outputs).toMatchObject({ verdict: '', comment: '', 'comment-file': '', 'diff-sarif': '' });
    expect(sarifErrors(JSON.parse(readFileSync(outputs.sarif ?? '', 'utf8')))).toEqual([]);
  });

  test('files that were not rendered again fail the job, annotated', () => {
    commit();
    write('services/links/contract.yml', contract().replaceAll('bookmarks', 'links'));
    const { passed, outputs, summary, log } = run();
    expect(passed).toBe(false);
    expect(log).toContain('::error file=rendered/runbooks/links.md,title=stowage STW610::');
    expect(summary).toContain('need work');
    expect(readFileSync(outputs.sarif ?? '', 'utf8')).toContain('rendered/runbooks/links.md');
  });

  test('a mistake fails the job, annotated; nothing is compared', () => {
    const base = commit();
    write('services/bookmarks/contract.yml', contract().replace('target: /etc', 'target: etc'));
    const { passed, outputs, log } = run({ base });
    expect([passed, outputs.verdict]).toEqual([false, '']);
    expect(log).toMatch(/::error file=services\/bookmarks\/contract\.yml,line=\d+,.*STW102/);
    expect(readFileSync(outputs.sarif ?? '', 'utf8')).toContain('STW102');
  });

  /** A change that takes a volume away, rendered. */
  function takeVolumeAway(): string {
    const base = commit();
    const [before = '', after = ''] = contract().split('    - name: data\n      path: /var/lib/bookmarks\n');
    write('services/bookmarks/contract.yml', before + after);
    stowage('render', '--quiet');
    commit();
    return base;
  }

  test('what a pull request means is in the summary and in the outputs, and fails the job', () => {
    const base = takeVolumeAway();
    const { passed, outputs, summary } = run({}, { pull_request: { base: { sha: base } } });
    expect(passed).toBe(false);
    expect(outputs.verdict).toBe('critical');
    expect(summary).toMatch(/critical/i);
    expect(readFileSync(outputs['comment-file'] ?? '', 'utf8')).toBe(summary);
    // A comment cannot end itself, and cannot set another output.
    expect(outputs.comment?.trimEnd()).toBe(summary.trimEnd());
    expect(sarifErrors(JSON.parse(readFileSync(outputs['diff-sarif'] ?? '', 'utf8')))).toEqual([]);
  });

  test('fail-on: none reports and passes', () => {
    const { passed, outputs } = run({ base: takeVolumeAway(), 'fail-on': 'none' });
    expect([passed, outputs.verdict]).toEqual([true, 'critical']);
  });

  test('a base that the checkout lacks is fetched', () => {
    const base = takeVolumeAway();
    const origin = join(scratch, 'origin');
    rmSync(origin, { recursive: true, force: true });
    cpSync(workspace, origin, { recursive: true });
    git(origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    rmSync(workspace, { recursive: true });
    git(scratch, 'clone', '-q', '--depth=1', `file://${origin}`, workspace);
    expect(run({ base })).toMatchObject({ passed: false, outputs: { verdict: 'critical' } });
  });

  test('a policy in a folder, with a name that a shell would obey', () => {
    const name = '$(touch forged) "x".yml';
    git(workspace, 'mv', '-k', 'stowage.yml', name);
    rmSync(join(workspace, 'stowage.yml'));
    write(name, readFileSync(join(ROOT, 'examples/minimal/stowage.yml'), 'utf8'));
    stowage('render', '--quiet', '--config', name);
    commit();
    rmSync(join(scratch, 'outer'), { recursive: true, force: true });
    cpSync(workspace, join(scratch, 'outer/infra'), { recursive: true });
    rmSync(workspace, { recursive: true });
    symlinkSync(join(scratch, 'outer'), workspace);
    const { passed, log } = run({ config: name, 'working-directory': 'infra' });
    expect([log, passed]).toEqual(['', true]);
    expect(git(join(scratch, 'outer/infra'), 'status', '--porcelain')).toBe('');
  });

  test('a base that would be an option is refused', () => {
    commit();
    const { passed, log } = run({ base: '--upload-pack=touch forged' });
    expect(passed).toBe(false);
    expect(log).not.toContain('usage:');
    expect(git(workspace, 'status', '--porcelain')).toBe('');
  });

  test('a program that could not do its work is a failure, not a finding', () => {
    const base = commit();
    writeFileSync(join(actionPath, 'dist/stowage.js'), "console.error('no disk left'); process.exit(2);");
    const { passed, log, summary, outputs } = run({ base });
    expect([passed, log, summary]).toEqual([false, 'no disk left\n', '']);
    expect(outputs).toMatchObject({ sarif: '', verdict: '' });
  });

  test('what is not built yet is installed where the action lies', () => {
    commit();
    rmSync(join(actionPath, 'dist'), { recursive: true });
    const npm = join(scratch, 'bin/npm');
    mkdirSync(dirname(npm), { recursive: true });
    const built = join(scratch, 'built.js');
    writeFileSync(built, PROGRAM);
    writeFileSync(npm, `#!/bin/sh\necho "$PWD npm $1"\nmkdir dist && cp '${built}' dist/stowage.js\n`);
    chmodSync(npm, 0o755);
    const path = `${dirname(npm)}:${process.env.PATH ?? ''}`;
    const job = { workspace, actionPath, temporary: scratch, inputs: {}, event: {} };
    const first = runAction(action, { ...job, environment: { ...environment, PATH: path } });
    expect([first.passed, first.log]).toEqual([true, `${actionPath} npm ci\n`]);
    expect(runAction(action, { ...job, environment: { ...environment, PATH: path } }).log).toBe('');
  });
});
