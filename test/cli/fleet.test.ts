import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { contract, put, read, scratch, stowage } from './program.js';
import { answer, commit, folder, git } from './repository.js';

const POLICY = 'infra/stowage.yml';

/** `infra` with the policy, and services in repositories of their own beside it or, as submodules, in it. */
let fleet = '';
const diff = (...words: string[]) => stowage(join(fleet, 'infra'), ['diff', '--format', 'json', ...words]);

function repository(name: string, files: Readonly<Record<string, string>>): void {
  const root = join(fleet, name);
  for (const [path, text] of Object.entries(files)) put(root, path, text);
  git(root, 'init', '-q');
  commit(root);
}

function policy(contracts: string): void {
  put(fleet, POLICY, read(folder, 'stowage.yml').replace('services/*.yml', contracts));
}

beforeEach(() => {
  fleet = scratch();
  for (const name of ['wiki', 'blog']) repository(`svc-${name}`, { 'defaults/main.yml': contract(name) });
});

function move(path: string): void {
  put(fleet, path, read(fleet, path).replace('host_path: /srv/', 'host_path: /data/'));
}

describe('contracts in repositories beside that of the policy', () => {
  beforeEach(() => {
    policy('"../svc-*/defaults/main.yml"');
    repository('infra', {});
  });

  test('are planned together, and rendered into the policy’s tree alone', () => {
    const run = stowage(join(fleet, 'infra'), ['render', '--format', 'json']);
    expect(run.code).toBe(0);
    expect(read(fleet, 'infra/rendered/.stowage/manifest.json')).toContain('../svc-wiki/defaults/main.yml');
    expect(git(join(fleet, 'svc-wiki'), 'status', '--porcelain')).toBe('');
  });

  test('are compared with the commit that the base names in their own repository', () => {
    expect(answer(diff('--base', 'main'))).toMatchObject({ verdict: 'none', findings: [] });
    move('svc-wiki/defaults/main.yml');
    git(join(fleet, 'svc-wiki'), 'checkout', '-q', '-b', 'change');
    commit(join(fleet, 'svc-wiki'));
    expect(answer(diff('--base', 'main')).findings).toMatchObject([
      { code: 'STW842', service: 'wiki', volume: 'config', file: '../svc-wiki/defaults/main.yml' },
    ]);
    expect(answer(diff('--base', 'HEAD')).findings).toEqual([]);
  });

  test('that are gone from their repository are gone from the backups', () => {
    rmSync(join(fleet, 'svc-blog/defaults/main.yml'));
    const run = diff('--base', 'main');
    expect(run.code).toBe(1);
    expect(answer(run)).toMatchObject({ verdict: 'critical' });
    expect(answer(run).findings.every(({ service }) => service === 'blog')).toBe(true);
  });

  test('whose repository knows no such commit are compared as they are, and that is said', () => {
    put(fleet, 'infra/notes', 'x');
    git(join(fleet, 'infra'), 'checkout', '-q', '-b', 'change');
    commit(join(fleet, 'infra'));
    move('svc-wiki/defaults/main.yml');
    const run = diff('--base', 'change');
    expect(answer(run).findings).toEqual([]);
    expect(run.err).toContain(
      '`../svc-wiki` knows no commit `change`: its files are compared as they are now',
    );
    expect(run.err).toContain('`../svc-blog` knows no commit');
  });

  test('in no repository at all are compared as they are', () => {
    rmSync(join(fleet, 'svc-wiki/.git'), { recursive: true });
    move('svc-wiki/defaults/main.yml');
    expect(answer(diff('--base', 'main')).findings).toEqual([]);
  });
});

describe('contracts in submodules', () => {
  const infra = () => join(fleet, 'infra');
  beforeEach(() => {
    policy('"svc-*/defaults/main.yml"');
    mkdirSync(infra(), { recursive: true });
    git(infra(), 'init', '-q');
    for (const name of ['svc-wiki', 'svc-blog'])
      git(infra(), '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', `../${name}`, name);
    commit(infra());
  });

  test('are compared with the commit that the base pins', () => {
    expect(answer(diff('--base', 'HEAD')).findings).toEqual([]);
    move('infra/svc-wiki/defaults/main.yml');
    commit(join(infra(), 'svc-wiki'));
    const moved = [{ code: 'STW842', service: 'wiki', file: 'svc-wiki/defaults/main.yml' }];
    expect(answer(diff('--base', 'HEAD')).findings).toMatchObject(moved);
    commit(infra());
    expect(answer(diff('--base', 'HEAD')).findings).toEqual([]);
    expect(answer(diff('--base', 'HEAD~1')).findings).toMatchObject(moved);
  });

  test('without the pinned commit are refused: what it holds is not known', () => {
    rmSync(join(infra(), '.git/modules/svc-wiki'), { recursive: true });
    rmSync(join(infra(), 'svc-wiki/.git'));
    renameSync(join(fleet, 'svc-blog/.git'), join(infra(), 'svc-wiki/.git'));
    put(infra(), 'svc-wiki/more', 'x');
    commit(join(infra(), 'svc-wiki'));
    const run = diff('--base', 'HEAD');
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/the submodule `svc-wiki` does not have its commit [0-9a-f]{12}: fetch it/);
  });
});

test('policies of their own, one in each repository, share a host', () => {
  for (const name of ['wiki', 'blog']) {
    const own = read(folder, 'stowage.yml').replace('services/*.yml', 'defaults/main.yml');
    put(fleet, `svc-${name}/stowage.yml`, own.replace('project: lab', `project: ${name}`));
    const run = stowage(join(fleet, `svc-${name}`), ['render', '--format', 'json']);
    expect(run.code).toBe(0);
  }
  const units = (name: string) =>
    (
      JSON.parse(read(fleet, `svc-${name}/rendered/.stowage/manifest.json`)) as { files: { path: string }[] }
    ).files
      .map(({ path }) => path)
      .filter((path) => path.endsWith('.timer'));
  expect(units('wiki')).toContain('hosts/web1/systemd/stowage-wiki-backup-wiki.timer');
  expect(units('blog').filter((path) => units('wiki').includes(path))).toEqual([]);
});
