import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadAll } from 'js-yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCRIPT = join(ROOT, 'examples/ci/publish-rendered.sh');
let scratch: string;
let infra: string;

/** An environment in which `stowage` is the built program. */
function environment(): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
    PATH: `${join(scratch, 'bin')}:${process.env.PATH ?? ''}`,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, env: environment(), encoding: 'utf8' }).trim();
}

function publish(): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync('sh', [SCRIPT], {
    cwd: infra,
    env: environment(),
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

/** The files of the published branch. */
const published = (): string[] =>
  git(join(scratch, 'origin'), 'ls-tree', '-r', '--name-only', 'rendered').split('\n');
const commits = (): number => git(join(scratch, 'origin'), 'log', '--oneline', 'rendered').split('\n').length;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'stowage-branch-'));
  infra = join(scratch, 'infra');
  mkdirSync(join(scratch, 'bin'));
  const program = join(scratch, 'bin/stowage');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${ROOT}dist/stowage.js' "$@"\n`);
  chmodSync(program, 0o755);
  git(scratch, 'init', '-q', '--bare', 'origin');
  cpSync(join(ROOT, 'examples/homelab'), infra, { recursive: true });
  git(infra, 'init', '-q', '-b', 'main');
  git(infra, 'add', '-A');
  git(infra, 'commit', '-qm', 'start');
  git(infra, 'remote', 'add', 'origin', join(scratch, 'origin'));
});

afterEach(() => {
  rmSync(scratch, { recursive: true });
});

describe('publish-rendered.sh', () => {
  test('makes a branch with the rendered tree and nothing else; the checkout stays as it was', () => {
    expect(publish()).toEqual({ status: 0, out: '', err: expect.any(String) });
    expect(published()).toContain('rendered/kubernetes/kustomization.yaml');
    expect(published().every((path) => path.startsWith('rendered/'))).toBe(true);
    expect(git(infra, 'status', '--porcelain')).toBe('');
    expect(git(infra, 'worktree', 'list').split('\n')).toHaveLength(1);
  });

  test('adds a commit for a change and none without one; what left the plan leaves the branch', () => {
    publish();
    expect(publish()).toMatchObject({ status: 0, out: 'nothing changed\n' });
    expect(commits()).toBe(1);
    rmSync(join(infra, 'services/wiki'), { recursive: true });
    const policy = readFileSync(join(infra, 'stowage.yml'), 'utf8');
    writeFileSync(join(infra, 'stowage.yml'), policy.replace(/\bwiki, |, wiki\b/g, ''));
    expect(publish().status).toBe(0);
    // Fetched one commit deep, the branch still grows by one.
    expect(commits()).toBe(2);
    expect(published()).not.toContain('rendered/runbooks/wiki.md');
  });

  test('publishes nothing that is invalid', () => {
    writeFileSync(join(infra, 'services/wiki/contract.yml'), 'service_id: [');
    expect(publish().status).toBe(1);
    expect(git(join(scratch, 'origin'), 'branch', '--list')).toBe('');
    expect(git(infra, 'worktree', 'list').split('\n')).toHaveLength(1);
  });

  test('stops when the remote does not answer, instead of beginning anew', () => {
    git(infra, 'remote', 'set-url', 'origin', join(scratch, 'nowhere'));
    expect(publish().status).toBe(128);
  });

  test('shellcheck finds nothing', () => {
    const { status, stdout, error } = spawnSync('shellcheck', [SCRIPT], { encoding: 'utf8' });
    if (error !== undefined) throw error;
    expect([status, stdout]).toEqual([0, '']);
  });
});

describe.each(['argocd.yml', 'flux.yml'])('%s', (name) => {
  const text = readFileSync(join(ROOT, 'examples/ci', name), 'utf8');
  const objects = loadAll(text) as { spec: Record<string, unknown> & { source?: { path: string } } }[];

  test('follows the published branch, in a folder that rendering makes', () => {
    expect(text).toMatch(/(?:targetRevision|branch): rendered\n/);
    const path = /\bpath: (\S+)/.exec(text)?.[1] ?? '';
    const tree = join(ROOT, 'test/golden/homelab/expected', path.replace(/^(?:\.\/)?rendered\//, ''));
    expect(existsSync(join(tree, 'kustomization.yaml'))).toBe(true);
  });

  test('leaves every object in the namespace that it names', () => {
    expect(objects.length).toBeGreaterThan(0);
    for (const { spec } of objects) expect(spec).not.toHaveProperty('targetNamespace');
  });
});
