import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { ROOT, git, gitEnvironment, installProgram, makeRepository } from './lib/git.js';

const scratch = mkdtempSync(join(tmpdir(), 'stowage-pre-commit-'));
const tool = join(scratch, 'tool');
const infra = join(scratch, 'infra');

const environment = { ...gitEnvironment(join(scratch, 'bin')), PRE_COMMIT_HOME: join(scratch, 'home') };

function write(path: string, text: string): void {
  mkdirSync(dirname(join(infra, path)), { recursive: true });
  writeFileSync(join(infra, path), text);
}

const contractOf = (service: string): string =>
  readFileSync(join(ROOT, 'examples/minimal/services/bookmarks/contract.yml'), 'utf8').replaceAll(
    'bookmarks',
    service,
  );

/** Commits everything that is staged; what pre-commit says, and whether it let it pass. */
function commit(): { passed: boolean; out: string } {
  const { status, stdout, stderr, error } = spawnSync('git', ['commit', '-m', 'change'], {
    cwd: infra,
    env: environment,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return { passed: status === 0, out: stdout + stderr };
}

/** Runs these hooks before each commit, as `language` where it is given. */
function configure(hooks: readonly string[], language?: string): void {
  const more = language === undefined ? '' : `        language: ${language}\n`;
  const list = hooks.map((id) => `      - id: ${id}\n${more}`).join('');
  const rev = git(tool, 'rev-parse', 'HEAD');
  write('.pre-commit-config.yaml', `repos:\n  - repo: ${tool}\n    rev: ${rev}\n    hooks:\n${list}`);
}

/** A repository as somebody would take hooks from it: the files of this one, as they stand. */
beforeAll(() => {
  const list = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = list.split('\0').filter((path) => path !== '' && !path.startsWith('test/'));
  for (const path of files) cpSync(join(ROOT, path), join(tool, path));
  makeRepository(tool);
});

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** A rendered project in a repository of its own. */
beforeEach(() => {
  rmSync(infra, { recursive: true, force: true });
  rmSync(join(scratch, 'bin'), { recursive: true, force: true });
  cpSync(join(ROOT, 'examples/minimal'), infra, { recursive: true });
  execFileSync(process.execPath, [join(ROOT, 'dist/stowage.js'), 'render', '--quiet'], { cwd: infra });
  makeRepository(infra);
  execFileSync('pre-commit', ['install'], { cwd: infra, env: environment, stdio: 'ignore' });
});

test('pre-commit finds nothing to say about the manifest of the hooks', () => {
  execFileSync('pre-commit', ['validate-manifest', join(ROOT, '.pre-commit-hooks.yaml')], {
    env: environment,
  });
});

test('the hooks that the README names exist', () => {
  const manifest = load(readFileSync(join(ROOT, '.pre-commit-hooks.yaml'), 'utf8')) as { id: string }[];
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const named = [...readme.matchAll(/- id: ([\w-]+)/g)].map(([, id]) => id);
  expect(named).toEqual(manifest.map(({ id }) => id));
});

// The first commit builds the program from its repository, with what npm installs.
describe('hooks that pre-commit builds itself', () => {
  test('a mistake in a contract is refused, with its place; without it, the commit passes', () => {
    configure(['stowage-validate']);
    write('services/bookmarks/contract.yml', contractOf('bookmarks').replace('target: /etc', 'target: etc'));
    git(infra, 'add', '-A');
    const refused = commit();
    expect(refused.out).toMatch(/services\/bookmarks\/contract\.yml:\d+:\d+ error STW102/);
    expect(refused.passed).toBe(false);
    write('services/bookmarks/contract.yml', contractOf('bookmarks'));
    git(infra, 'add', '-A');
    expect(commit()).toMatchObject({ passed: true });
  }, 600_000);

  test('a new service: its files are rendered, the commit waits until they are added', () => {
    configure(['stowage-validate', 'stowage-render', 'stowage-check']);
    write('services/links/contract.yml', contractOf('links'));
    git(infra, 'add', '-A');
    const refused = commit();
    expect(refused.out).toContain('files were modified by this hook');
    expect(refused.passed).toBe(false);
    git(infra, 'add', '-A');
    expect(commit()).toMatchObject({ passed: true });
    expect(git(infra, 'ls-files', 'rendered/runbooks')).toContain('links.md');
    expect(git(infra, 'status', '--porcelain')).toBe('');
  });

  test('a tree that was not rendered again is refused; nothing is written', () => {
    configure(['stowage-check']);
    write('services/links/contract.yml', contractOf('links'));
    git(infra, 'add', '-A');
    const refused = commit();
    expect(refused.out).toContain('added   rendered/runbooks/links.md');
    expect(refused.passed).toBe(false);
    expect(git(infra, 'status', '--porcelain', 'rendered')).toBe('');
  });

  test('a change that is about no input runs the check alone', () => {
    configure(['stowage-validate', 'stowage-render', 'stowage-check']);
    git(infra, 'add', '-A');
    commit();
    write('notes.txt', 'x\n');
    git(infra, 'add', '-A');
    const { passed, out } = commit();
    expect(passed).toBe(true);
    expect(out).toMatch(/backup policy are valid\.+\(no files to check\)Skipped/);
    expect(out).toMatch(/up to date\.+Passed/);
  });
});

describe('hooks that run the installed program', () => {
  test('language: system', () => {
    installProgram(join(scratch, 'bin'), `echo run >> '${scratch}/calls'`);
    configure(['stowage-validate', 'stowage-check'], 'system');
    git(infra, 'add', '-A');
    expect(commit()).toMatchObject({ passed: true });
    expect(readFileSync(join(scratch, 'calls'), 'utf8')).toBe('run\nrun\n');
  });

  test('what `stowage init` writes', () => {
    installProgram(join(scratch, 'bin'), `echo run >> '${scratch}/calls'`);
    execFileSync(process.execPath, [join(ROOT, 'dist/stowage.js'), 'init'], { cwd: infra });
    write('services/example/contract.yml', contractOf('links'));
    git(infra, 'add', '-A');
    const refused = commit();
    expect(refused.out).toContain('rendered backups are up to date');
    expect(refused.out).toContain('added   rendered/runbooks/links.md');
    expect(refused.passed).toBe(false);
  });
});
