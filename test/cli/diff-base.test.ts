import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { contract, put, read, scratch, snapshot, stowage } from './program.js';
import { answer, commit, diff, edit, enter, folder, git, json } from './repository.js';

describe('the base', () => {
  test('work tree, index and references stay as they are', () => {
    edit('services/wiki.yml', '/srv/wiki', '/data/wiki');
    put(folder, 'untracked', 'x');
    // Git notes which of the files it has read since they were written; that is no news to `status` below.
    git(folder, 'status');
    git(folder, 'add', 'services/wiki.yml');
    edit('services/wiki.yml', '/data/wiki', '/other/wiki');
    const before = [snapshot(folder), git(folder, 'status', '--porcelain'), git(folder, 'for-each-ref')];
    expect(json().findings).toHaveLength(1);
    expect([snapshot(folder), git(folder, 'status', '--porcelain'), git(folder, 'for-each-ref')]).toEqual(
      before,
    );
  });

  test('from a folder below, with the policy in a folder of the repository', () => {
    const top = scratch();
    git(top, 'init', '-q');
    mkdirSync(join(top, 'deep'));
    renameSync(folder, join(top, 'deep/infra'));
    rmSync(join(top, 'deep/infra/.git'), { recursive: true });
    commit(top);
    enter(join(top, 'deep/infra'));
    edit('services/wiki.yml', '/srv/wiki', '/data/wiki');
    mkdirSync(join(folder, 'services/sub'));
    const run = stowage(join(folder, 'services/sub'), ['diff', '--base', 'HEAD', '--format', 'json']);
    expect(answer(run).findings).toMatchObject([{ code: 'STW842', file: 'services/wiki.yml' }]);
    // Services that know the repository only need the name in it.
    const github = stowage(folder, ['diff', '--base', 'HEAD', '--format', 'github']);
    expect(github.out).toMatch(/^::notice file=deep\/infra\/services\/wiki.yml,/);
  });

  test('in a worktree of its own, with hostile git variables', () => {
    const tree = join(scratch(), 'tree');
    git(folder, 'worktree', 'add', '-q', tree);
    const hostile = {
      GIT_DIR: '/nowhere',
      GIT_INDEX_FILE: '/nowhere',
      GIT_WORK_TREE: '/',
      GIT_EXTERNAL_DIFF: 'false',
    };
    const run = stowage(tree, ['diff', '--base', 'main', '--format', 'json'], hostile);
    expect([run.code, answer(run).verdict]).toEqual([0, 'none']);
  });

  test('inside a hook, whose variables name the index of the commit', () => {
    const program = JSON.stringify(process.execPath);
    const script = join(process.cwd(), 'dist/stowage.js');
    put(
      folder,
      '.git/hooks/pre-commit',
      `#!/bin/sh\nexec ${program} '${script}' diff --base HEAD --fail-on warning\n`,
    );
    execFileSync('chmod', ['+x', join(folder, '.git/hooks/pre-commit')]);
    edit('services/wiki.yml', '/srv/wiki', '/data/wiki');
    commit(folder);
    edit('services/wiki.yml', '    - { name: data, path: /data }\n', '');
    expect(() => {
      commit(folder);
    }).toThrow('STW801');
  });

  test('contracts that are not valid today: the committed plan is compared with', () => {
    stowage(folder, ['render']);
    commit(folder);
    git(folder, 'tag', 'good');
    edit('services/wiki.yml', 'service_id: wiki', 'service_id: [wiki');
    commit(folder);
    git(folder, 'checkout', '-q', 'good', '--', 'services');
    edit('services/wiki.yml', '/srv/wiki', '/data/wiki');
    const run = diff('--base', 'HEAD', '--format', 'json');
    expect(run.err).toContain('rendered/.stowage/plan.json');
    expect(run.err).toContain('services/wiki.yml:');
    expect(answer(run)).toMatchObject({ verdict: 'info', findings: [{ code: 'STW842', volume: 'config' }] });
    expect(answer(run).files.added).toEqual([]);
    expect(diff('--base', 'HEAD', '--quiet').err).toBe('');
  });

  test('a policy from before projects had names: what is installed is taken over', () => {
    edit('stowage.yml', 'project: lab\n', '');
    commit(folder);
    edit('stowage.yml', 'version: 1\n', 'version: 1\nproject: lab\n');
    const run = diff('--base', 'HEAD', '--format', 'json');
    expect([run.code, run.err]).toEqual([0, '']);
    const { verdict, findings, files } = answer(run);
    expect(verdict).toBe('info');
    expect(findings).toMatchObject([
      {
        code: 'STW848',
        before: 'names without a project',
        after: 'stowage-lab',
        file: 'stowage.yml',
        line: 2,
      },
      { code: 'STW848' },
    ]);
    expect(files).toEqual({ added: [], changed: [], removed: [] });
    expect(diff('--base', 'HEAD').out).toContain('/install.sh` there once, or the playbook');
  });

  test('a tree from before projects had names, in a commit and in a folder', () => {
    const tree = join(folder, 'rendered');
    stowage(folder, ['render']);
    const plan = read(tree, '.stowage/plan.json').replace(/^ *"project": .*\n/m, '');
    put(tree, '.stowage/plan.json', plan);
    for (const path of Object.keys(snapshot(tree))) {
      const old = path.replace('/stowage-lab-', '/stowage-').replace('/stowage-lab.conf', '/stowage.conf');
      renameSync(join(tree, path), join(tree, old));
    }
    edit('services/wiki.yml', 'service_id: wiki', 'service_id: [wiki');
    commit(folder);
    put(folder, 'services/wiki.yml', contract('wiki'));
    const run = diff('--base', 'HEAD', '--format', 'json');
    expect(run.err).toContain('comparing with its rendered/.stowage/plan.json');
    const [ofCommit, ofFolder] = [answer(run), answer(diff('--from', tree, '--format', 'json'))];
    expect(new Set(ofCommit.findings.map(({ code }) => code))).toEqual(new Set(['STW848']));
    expect([ofCommit.files.added, ofCommit.files.removed]).toEqual([[], []]);
    expect(ofFolder).toEqual(ofCommit);
  });

  test('a project that is renamed: a warning, from a policy and from a tree alike', () => {
    stowage(folder, ['render', '--out', join(folder, 'tree')]);
    edit('stowage.yml', 'project: lab\n', 'project: den\n');
    const now = json();
    expect(now.verdict).toBe('warning');
    expect(new Set(now.findings.map(({ code }) => code))).toEqual(new Set(['STW832']));
    expect(now.files.removed).toContain('hosts/web1/systemd/stowage-lab-backup-wiki.timer');
    expect(now.files.added).toContain('hosts/web1/systemd/stowage-den-backup-wiki.timer');
    expect(answer(diff('--from', join(folder, 'tree'), '--format', 'json'))).toEqual(now);
    expect(diff('--base', 'HEAD').out).toContain('  the same for 1 more: web1\n');
  });

  test('a policy that is not valid today, and whose output has another name now', () => {
    edit('stowage.yml', 'version: 1\n', 'version: 1\noutput: "tree" # ours\n');
    stowage(folder, ['render']);
    edit('stowage.yml', 'version: 1\n', 'version: 1\nbogus: [\n');
    commit(folder);
    edit('stowage.yml', 'bogus: [\noutput: "tree" # ours\n', 'output: other\n');
    renameSync(join(folder, 'tree'), join(folder, 'other'));
    edit('services/wiki.yml', '/srv/wiki', '/data/wiki');
    const run = diff('--base', 'HEAD', '--format', 'json');
    expect(run.err).toContain('comparing with its tree/.stowage/plan.json');
    expect(answer(run)).toMatchObject({ verdict: 'info', findings: [{ code: 'STW842', volume: 'config' }] });
  });

  test('neither contracts nor plan: exit code 2 and why', () => {
    edit('services/wiki.yml', 'service_id: wiki', 'service_id: [wiki');
    commit(folder);
    put(folder, 'services/wiki.yml', contract('wiki'));
    const { code, out, err } = diff('--base', 'HEAD');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('services/wiki.yml:');
    expect(err).toContain('rendered/.stowage/plan.json cannot be read');
  });

  test('a commit from before the policy: everything is new, unless the policy only moved', () => {
    const top = scratch();
    git(top, 'init', '-q');
    put(top, 'notes.txt', 'x');
    commit(top);
    renameSync(folder, join(top, 'infra'));
    rmSync(join(top, 'infra/.git'), { recursive: true });
    enter(join(top, 'infra'));
    const first = diff('--base', 'HEAD', '--format', 'json');
    expect(first.err).toContain('has no policy');
    const { verdict, findings } = answer(first);
    expect([verdict, new Set(findings.map(({ code }) => code))]).toEqual(['info', new Set(['STW840'])]);
    commit(top);
    renameSync(join(top, 'infra'), join(top, 'backups'));
    enter(join(top, 'backups'));
    expect(diff('--base', 'HEAD')).toMatchObject({ code: 2, out: '' });
  });

  test('a plan that somebody wrote by hand: its form is checked, its secrets are masked', () => {
    stowage(folder, ['render']);
    const plan = read(folder, 'rendered/.stowage/plan.json');
    const tree = scratch();
    put(tree, '.stowage/plan.json', plan.replace('rest:https://', 'rest:https://me:hunter2@'));
    put(tree, 'hosts/web1/old.sh', 'curl https://me:hunter2@example.org\n');
    symlinkSync('/etc/hostname', join(tree, 'README.md'));
    const all = ['text', 'json', 'markdown', 'sarif', 'github'].map((format) => {
      const { out, err } = diff('--from', tree, '--format', format);
      return out + err;
    });
    expect(all.join('')).not.toContain('hunter2');
    expect(all[0]).toContain('***');
    expect(all[1]).toContain('"added":["');
    for (const [from, to] of [
      ['"version": 2', '"version": 3'],
      ['"cron": "', '"cron": "99 '],
      ['"timezone": "UTC"', '"timezone": "Mars"'],
      ['"keep_daily": 7', '"keep_daily": "x"'],
      ['"services": [', '"services": 3, "x": ['],
      ['{', ''],
    ] as const) {
      put(tree, '.stowage/plan.json', plan.replace(from, to));
      expect(diff('--from', tree)).toMatchObject({ code: 2, out: '' });
    }
  });

  test('--from: a project, and a rendered tree', () => {
    stowage(folder, ['render', '--out', join(folder, 'tree')]);
    const other = scratch();
    execFileSync('cp', ['-r', `${folder}/.`, other]);
    edit('services/wiki.yml', '/srv/wiki', '/data/wiki');
    const results = [other, join(folder, 'tree')].map((from) =>
      answer(diff('--from', from, '--format', 'json')),
    );
    expect(results[0]?.findings).toEqual(results[1]?.findings);
    expect(results[0]?.files).toEqual(results[1]?.files);
    expect(results[0]?.findings).toHaveLength(1);
  });

  test('odd names of contracts', () => {
    put(folder, 'services/ein "Name"\n$(id) \u00e4.yml', contract('odd'));
    commit(folder);
    expect(json().verdict).toBe('none');
  });
});
