import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expandPatterns } from '../../../src/policy/contract-files.js';
import { DISK, type Files } from '../../../src/source/files.js';
import { findRepository, GitError, resolveCommit } from '../../../src/source/git.js';
import { GitTree } from '../../../src/source/git-tree.js';
import { MAX_BYTES, readInput } from '../../../src/source/read.js';
import { YamlDocument } from '../../../src/source/yaml-document.js';
import { Lines } from '../../../src/source/lines.js';

const top = realpathSync(mkdtempSync(join(tmpdir(), 'stowage-git-')));
/** The policy's folder is not the top of the repository. */
const root = join(top, 'infra');
let tree: Files;
let commit = '';

const environment = { PATH: process.env.PATH, HOME: top };
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: top,
    env: environment,
    encoding: 'utf8',
  }).trim();

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), content);
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  symlinkSync(target, join(top, path));
}

const ODD = 'infra/services/ein "Name"\n[x] $(touch pwned) \u00e4.yml';

beforeAll(() => {
  git('init', '-q');
  put('infra/services/a/contract.yml', 'a');
  put('infra/services/b/contract.yml', 'b');
  put('infra/services/.hidden/contract.yml', 'h');
  put(ODD, 'odd');
  put('shared/contract.yml', 'shared');
  put('infra/large.yml', 'x'.repeat(MAX_BYTES + 1));
  put('infra/latin1.yml', Uint8Array.from([0x61, 0xff]));
  link('infra/services/linked', '../../shared');
  link('infra/services/file-link.yml', 'a/contract.yml');
  link('infra/services/absolute.yml', join(top, 'shared/contract.yml'));
  link('infra/outside.yml', '/etc/passwd');
  link('infra/climbing.yml', '../../../../../../etc/passwd');
  link('infra/nowhere.yml', 'missing.yml');
  link('infra/loop.yml', 'loop.yml');
  link('infra/services/up', '..');
  git('add', '-A');
  const blob = git('hash-object', 'infra/services/a/contract.yml');
  expect(blob).toMatch(/^[0-9a-f]{40}$/);
  git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},infra/submodule`);
  git('commit', '-qm', 'one');
  const repository = findRepository(root, environment);
  commit = resolveCommit(repository, 'HEAD');
  tree = new GitTree(repository, commit);
});

afterAll(() => {
  rmSync(top, { recursive: true, force: true });
});

const document = new YamlDocument('stowage.yml', {}, new Lines(''), []);

function expand(files: Files, pattern: string): string[] {
  const { files: found } = expandPatterns(
    { root, output: null },
    document,
    [{ pattern, pointer: [] }],
    files,
  );
  return found.map(({ displayName }) => displayName);
}

describe('a commit reads as a checkout of it would', () => {
  test.each([
    ['services/*/contract.yml'],
    ['services/**/*.yml'],
    ['services/*.yml'],
    ['../shared/*.yml'],
    ['{services,other}/a/*'],
    ['services/a/contract.yml'],
    ['nowhere.yml'],
    ['services/.*/contract.yml'],
    ['no/such/*.yml'],
    ['submodule/*.yml'],
  ])('pattern %s', (pattern) => {
    expect(expand(tree, pattern)).toEqual(expand(DISK, pattern));
  });

  test.each([
    ['services/a/contract.yml'],
    ['services/linked/contract.yml'],
    ['services/file-link.yml'],
    ['services/absolute.yml'],
    ['services/up/services/b/contract.yml'],
    ['nowhere.yml'],
    ['loop.yml'],
    ['large.yml'],
    ['latin1.yml'],
    ['services'],
    ['services/a/contract.yml/below'],
    ['submodule'],
    [ODD.slice('infra/'.length)],
  ])('file %j', (path) => {
    const onDisk = readInput(join(root, path), path);
    // What git does not have is a folder after a checkout.
    if (path === 'submodule')
      expect(readInput(join(root, path), path, tree).diagnostics[0]?.code).toBe('STW002');
    else expect(readInput(join(root, path), path, tree)).toEqual(onDisk);
  });

  test('a folder is listed with what lies behind links, and a link back into it ends', () => {
    const visible = (names: string[]) => names.filter((name) => !name.startsWith('up/'));
    expect(visible(tree.list(join(root, 'services')))).toEqual(
      readdirSync(join(root, 'services'), { recursive: true, encoding: 'utf8' })
        .filter((name) => !name.startsWith('up/'))
        .sort(),
    );
  });

  test.each([['outside.yml'], ['climbing.yml']])('%s leads out of the repository and is refused', (name) => {
    expect(readInput(join(root, name), name, tree).diagnostics).toMatchObject([
      { code: 'STW001', message: expect.stringContaining('out of the repository') },
    ]);
  });

  test('reading ahead gives the same bytes', () => {
    const paths = ['services/a/contract.yml', 'large.yml', 'missing.yml', 'outside.yml', 'services'];
    const fresh = new GitTree(findRepository(root, environment), commit);
    fresh.prefetch(paths.map((path) => join(root, path)));
    for (const path of paths.slice(0, 2)) {
      expect(fresh.read(join(root, path)).equals(DISK.read(join(root, path)))).toBe(true);
    }
  });
});

describe('references', () => {
  test.each([
    ['HEAD'],
    ['HEAD^{tree}^{commit}x'],
    ['--all'],
    ['-h'],
    [''],
    ['a\nb'],
    ['HEAD:infra'],
    ['$(id)'],
  ])('%j is a commit or refused', (reference) => {
    const resolve = () => resolveCommit(findRepository(root, environment), reference);
    if (reference === 'HEAD') expect(resolve()).toBe(commit);
    else expect(resolve).toThrow(GitError);
  });

  test('a folder in no repository is an error in plain words', () => {
    expect(() => findRepository('/', environment)).toThrow('not a git repository');
  });

  test('a machine without git is an error in plain words', () => {
    expect(() => findRepository(root, { PATH: '/nowhere' })).toThrow('git is not installed');
  });
});

describe('git variables of the environment', () => {
  test('those that name another repository are ignored', () => {
    const hostile = {
      ...environment,
      GIT_DIR: '/nowhere',
      GIT_WORK_TREE: '/',
      GIT_INDEX_FILE: '/nowhere/index',
      GIT_OBJECT_DIRECTORY: '/nowhere/objects',
      GIT_NAMESPACE: 'x',
      GIT_PREFIX: 'y/',
      GIT_CONFIG_PARAMETERS: "'core.bare=true'",
    };
    const repository = findRepository(root, hostile);
    expect([repository.prefix, resolveCommit(repository, 'HEAD')]).toEqual(['infra', commit]);
  });

  test('a repository that only they know of is found', () => {
    const bare = mkdtempSync(join(tmpdir(), 'stowage-bare-'));
    execFileSync('git', ['clone', '-q', '--bare', top, join(bare, 'git')], { env: environment });
    rmSync(join(top, '.git'), { recursive: true });
    const repository = findRepository(root, {
      ...environment,
      GIT_DIR: join(bare, 'git'),
      GIT_WORK_TREE: top,
    });
    expect(resolveCommit(repository, 'HEAD')).toBe(commit);
    rmSync(bare, { recursive: true });
  });
});
