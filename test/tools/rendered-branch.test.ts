import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadAll } from 'js-yaml';
import { ROOT, git, gitEnvironment, installProgram, makeRepository } from './lib/git.js';

const SCRIPT = join(ROOT, 'examples/ci/publish-rendered.sh');
let scratch: string;
let infra: string;

function publish(): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync('sh', [SCRIPT], {
    cwd: infra,
    env: gitEnvironment(join(scratch, 'bin')),
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
  installProgram(join(scratch, 'bin'));
  git(scratch, 'init', '-q', '--bare', 'origin');
  cpSync(join(ROOT, 'examples/homelab'), infra, { recursive: true });
  makeRepository(infra);
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
