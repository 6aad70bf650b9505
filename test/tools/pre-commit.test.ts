import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'stowage-pre-commit-'));
const tool = join(scratch, 'tool');
const infra = join(scratch, 'infra');

const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  PRE_COMMIT_HOME: join(scratch, 'home'),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  PATH: `${join(scratch, 'bin')}:${process.env.PATH ?? ''}`,
};

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

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
  const rev = git(tool, 'rev-parse', 'HEAD').trim();
  write('.pre-commit-config.yaml', `repos:\n  - repo: ${tool}\n    rev: ${rev}\n    hooks:\n${list}`);
}

/** The program as it is built here, found by its name. */
function installProgram(): void {
  const file = join(scratch, 'bin/stowage');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `#!/bin/sh\necho run >> '${scratch}/calls'\nexec '${process.execPath}' '${ROOT}dist/stowage.js' "$@"\n`,
  );
  chmodSync(file, 0o755);
}

/** A repository as somebody would take hooks from it: the files of this one, as they stand. */
beforeAll(() => {
  const list = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = list.split('\0').filter((path) => path !== '' && !path.startsWith('test/'));
  for (const path of files) cpSync(join(ROOT, path), join(tool, path));
  git(tool, 'init', '-q');
  git(tool, 'add', '-A');
  git(tool, 'commit', '-qm', 'tool');
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
  git(infra, 'init', '-q');
  git(infra, 'add', '-A');
  git(infra, 'commit', '-qm', 'start');
  execFileSync('pre-commit', ['install'], { cwd: infra, env: environment, stdio: 'ignore' });
});

test('pre-commit finds nothing to say about the manifest of the hooks', () => {
  execFileSync('pre-commit', ['validate-manifest', join(ROOT, '.pre-commit-hooks.yaml')], {
    env: environment,
  });
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
    installProgram();
    configure(['stowage-validate', 'stowage-check'], 'system');
    git(infra, 'add', '-A');
    expect(commit()).toMatchObject({ passed: true });
    expect(readFileSync(join(scratch, 'calls'), 'utf8')).toBe('run\nrun\n');
  });

  test('what `stowage init` writes', () => {
    installProgram();
    execFileSync(process.execPath, [join(ROOT, 'dist/stowage.js'), 'init'], { cwd: infra });
    write('services/example/contract.yml', contractOf('links'));
    git(infra, 'add', '-A');
    const refused = commit();
    expect(refused.out).toContain('rendered backups are up to date');
    expect(refused.out).toContain('added   rendered/runbooks/links.md');
    expect(refused.passed).toBe(false);
  });
});
