import { chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { applyWrite, planWrite } from '../../../src/output/tree.js';
import { codes, contents, file, files, put, read, render, scratch } from './tree-fixture.js';

const MANIFEST = '.stowage/manifest.json';

describe('writing', () => {
  test('makes the tree with its modes, whatever the umask', () => {
    const root = join(scratch(), 'deep/rendered');
    const umask = process.umask(0o077);
    try {
      const result = render(root, [file('a/run.sh', 'run\n', { mode: 0o755 }), file('b', 'b\n')]);
      expect(result).toEqual({ written: [MANIFEST, 'a/run.sh', 'b'], unchanged: 0, removed: [], drift: [] });
    } finally {
      process.umask(umask);
    }
    expect(contents(root)).toEqual({ 'a/run.sh': 'run\n', b: 'b\n' });
    expect(statSync(join(root, 'a/run.sh')).mode & 0o777).toBe(0o755);
    expect(statSync(join(root, 'b')).mode & 0o777).toBe(0o644);
    expect(existsSync(join(root, '.stowage/staging'))).toBe(false);
  });

  test('a second render touches nothing, not even a time', () => {
    const root = scratch();
    const wanted = files({ 'a/b': '1', c: '2' });
    render(root, wanted);
    const past = new Date(1000);
    for (const path of ['a', 'a/b', 'c', MANIFEST, '.stowage', '.']) utimesSync(join(root, path), past, past);
    expect(render(root, wanted)).toEqual({ written: [], unchanged: 3, removed: [], drift: [] });
    for (const path of ['a', 'a/b', 'c', MANIFEST, '.stowage', '.']) {
      expect([path, statSync(join(root, path)).mtimeMs]).toEqual([path, 1000]);
    }
  });

  test('writes only what differs and removes what left the plan, with its folder', () => {
    const root = scratch();
    render(
      root,
      files({ same: '1', changes: '1', 'old/deep/gone': '1', 'kept/gone': '1', 'kept/stays': '1' }),
    );
    const result = render(root, files({ same: '1', changes: '2', new: '1', 'kept/stays': '1' }));
    expect(result).toEqual({
      written: [MANIFEST, 'changes', 'new'],
      unchanged: 2,
      removed: ['kept/gone', 'old/deep/gone'],
      drift: [],
    });
    expect(contents(root)).toEqual({ same: '1', changes: '2', new: '1', 'kept/stays': '1' });
  });

  test('keeps a folder in which somebody else has a file', () => {
    const root = scratch();
    render(root, files({ 'a/ours': '1', b: '1' }));
    put(root, 'a/theirs', 'mine');
    render(root, files({ b: '1' }));
    expect(contents(root)).toEqual({ 'a/theirs': 'mine', b: '1' });
  });

  test('a file may become a folder, and a folder a file', () => {
    const root = scratch();
    render(root, files({ a: '1', 'b/x': '1', 'b/y/z': '1' }));
    render(root, files({ 'a/x': '2', b: '2' }));
    expect(contents(root)).toEqual({ 'a/x': '2', b: '2' });
    put(root, 'a/theirs', 'mine');
    const plan = planWrite(root, files({ a: '3', b: '2' }));
    expect(codes(plan)).toEqual(['STW603']);
    expect(plan.order).toBeNull();
  });

  test('restores a lost executable bit', () => {
    const root = scratch();
    const wanted = [file('run.sh', 'x', { mode: 0o755 })];
    render(root, wanted);
    chmodSync(join(root, 'run.sh'), 0o664);
    expect(planWrite(root, wanted).drift).toEqual([{ path: 'run.sh', kind: 'changed' }]);
    render(root, wanted);
    expect(statSync(join(root, 'run.sh')).mode & 0o777).toBe(0o755);
  });

  test('does not care for bits that Git does not keep', () => {
    const root = scratch();
    render(root, files({ a: '1' }));
    chmodSync(join(root, 'a'), 0o600);
    expect(planWrite(root, files({ a: '1' })).drift).toEqual([]);
  });

  test('an output folder that is a link is written through', () => {
    const folder = scratch();
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    render(join(folder, 'link'), files({ a: '1' }));
    expect(read(folder, 'real/a')).toBe('1');
  });
});

describe('files edited by hand', () => {
  test('are kept and reported, while the rest is written', () => {
    const root = scratch();
    render(root, files({ a: '1', b: '1', c: '1' }));
    put(root, 'a', 'by hand');
    put(root, 'c', 'by hand');
    const plan = planWrite(root, files({ a: '2', b: '2' }));
    expect(codes(plan)).toEqual(['STW604', 'STW604']);
    const result = applyWrite(plan);
    expect(result.written).toEqual([MANIFEST, 'b']);
    expect(result.drift).toEqual([
      { path: 'a', kind: 'edited' },
      { path: 'c', kind: 'edited' },
    ]);
    expect(contents(root)).toEqual({ a: 'by hand', b: '2', c: 'by hand' });
    // Still known as edited the next time.
    expect(codes(planWrite(root, files({ a: '2', b: '2' })))).toEqual(['STW604', 'STW604']);
  });

  test('are given up with force', () => {
    const root = scratch();
    render(root, files({ a: '1', c: '1' }));
    put(root, 'a', 'by hand');
    put(root, 'c', 'by hand');
    const result = render(root, files({ a: '1' }), { force: true });
    expect(result).toEqual({ written: [MANIFEST, 'a'], unchanged: 0, removed: ['c'], drift: [] });
    expect(contents(root)).toEqual({ a: '1' });
  });

  test('are ours again once they say what rendering gives', () => {
    const root = scratch();
    render(root, files({ a: '1' }));
    put(root, 'a', '2');
    expect(render(root, files({ a: '2' })).written).toEqual([MANIFEST]);
    expect(render(root, files({ a: '3' })).written).toEqual([MANIFEST, 'a']);
  });

  test('a file that somebody deleted comes back', () => {
    const root = scratch();
    render(root, files({ a: '1', b: '1' }));
    rmSync(join(root, 'a'));
    expect(planWrite(root, files({ a: '1', b: '1' })).drift).toEqual([{ path: 'a', kind: 'added' }]);
    render(root, files({ a: '1', b: '1' }));
    expect(contents(root)).toEqual({ a: '1', b: '1' });
  });
});

describe('files of others', () => {
  test('are never overwritten, not even with force', () => {
    const root = scratch();
    render(root, files({ a: '1' }));
    put(root, 'b', 'mine');
    const plan = planWrite(root, files({ a: '2', b: '2' }), { force: true });
    expect(codes(plan)).toEqual(['STW603']);
    expect(() => applyWrite(plan)).toThrow('errors');
    expect(contents(root)).toEqual({ a: '1', b: 'mine' });
  });

  test('are taken over when they say the same', () => {
    const root = scratch();
    render(root, files({ a: '1' }));
    put(root, 'b', '2');
    expect(render(root, files({ a: '1', b: '2' })).written).toEqual([MANIFEST]);
    expect(render(root, files({ a: '1' })).removed).toEqual(['b']);
  });

  test('keep a folder without a manifest from becoming ours', () => {
    const root = scratch();
    put(root, 'a', '1');
    put(root, 'notes/mine', 'mine');
    const plan = planWrite(root, files({ a: '1', b: '1' }), { force: true });
    expect(codes(plan)).toEqual(['STW602']);
    expect(plan.diagnostics[0]?.message).toContain('notes/mine');
    rmSync(join(root, 'notes'), { recursive: true });
    put(root, '.git/HEAD', 'ref');
    expect(render(root, files({ a: '1', b: '1' })).written).toEqual([MANIFEST, 'b']);
  });

  test('a folder or link where a file must go is an error', () => {
    const root = scratch();
    render(root, files({ a: '1' }));
    mkdirSync(join(root, 'b'));
    symlinkSync('a', join(root, 'c'));
    expect(codes(planWrite(root, files({ a: '1', b: '1', c: '1' }), { force: true }))).toEqual([
      'STW603',
      'STW603',
    ]);
  });
});

describe('output folders that are refused', () => {
  test.each([
    ['the root of the file system', () => '/'],
    ['the home folder', () => process.env.HOME ?? '/root'],
    ['the policy lies in it', (project: string) => project],
    ['the policy lies in it', (project: string) => join(project, '..')],
    ['not a folder', (project: string) => join(project, 'file')],
    ['.git', (project: string) => join(project, '.git/rendered')],
    ['leads nowhere', (project: string) => join(project, 'dangling')],
  ])('%s', (message, root) => {
    const project = join(scratch(), 'project');
    put(project, 'file', 'x');
    symlinkSync('nothing', join(project, 'dangling'));
    const plan = planWrite(root(project), files({ a: '1' }), { project, force: true });
    expect(codes(plan)).toEqual(['STW601']);
    expect(plan.diagnostics[0]?.message).toContain(message);
  });

  test('a link to the policy folder is no way around', () => {
    const folder = scratch();
    put(folder, 'project/stowage.yml', 'x');
    symlinkSync('project', join(folder, 'link'));
    expect(codes(planWrite(join(folder, 'link'), [], { project: join(folder, 'project') }))).toEqual([
      'STW601',
    ]);
  });
});

describe('paths that renderers give', () => {
  test('two files for one path, and paths that climb, are bugs', () => {
    const root = scratch();
    expect(() => planWrite(root, [file('a', '1'), file('a', '1')])).toThrow('two files');
    expect(() => planWrite(root, files({ a: '1', 'a/b': '1' }))).toThrow('one below it');
    for (const path of ['../a', '/a', 'a//b', './a', '', MANIFEST, 'a\\b', '.git/hooks/x']) {
      expect(() => planWrite(root, [file(path, '1')])).toThrow('rendered a file');
    }
  });

  test('paths that are one file on a Mac are an error', () => {
    const root = scratch();
    const plan = planWrite(root, [
      file('hosts/Web/a', '1'),
      file('hosts/web/b', '1', { sources: ['b.yml'] }),
    ]);
    expect(plan.diagnostics.map(({ code, span }) => [code, span.file])).toEqual([['STW608', 'b.yml']]);
    expect(codes(planWrite(root, files({ 'caf\u00e9': '1', 'cafe\u0301': '1' })))).toEqual(['STW608']);
  });
});

describe('partial renders', () => {
  const tree = (content: string) => [
    file('README.md', content),
    file('hosts/a/x', content, { service: 'x', runtime: 'docker' }),
    file('hosts/a/y', content, { service: 'y', runtime: 'docker' }),
    file('k8s/x', content, { service: 'x', runtime: 'kubernetes' }),
  ];

  test('write and remove only their part; the manifest stays true of the rest', () => {
    const root = scratch();
    render(root, tree('1'));
    const only = { only: ({ service }: { service: string | null }) => service === 'x' };
    const next = tree('2').filter(({ path }) => path !== 'k8s/x' && path !== 'hosts/a/y');
    const result = render(root, next, only);
    expect(result).toEqual({ written: [MANIFEST, 'hosts/a/x'], unchanged: 0, removed: ['k8s/x'], drift: [] });
    expect(contents(root)).toEqual({ 'README.md': '1', 'hosts/a/x': '2', 'hosts/a/y': '1' });
    expect(render(root, next, only).written).toEqual([]);
    expect(render(root, next).removed).toEqual(['hosts/a/y']);
    expect(contents(root)).toEqual({ 'README.md': '2', 'hosts/a/x': '2' });
  });
});

describe('failing disks', () => {
  test('a content that cannot be written changes nothing that anybody sees', () => {
    const root = scratch();
    render(root, files({ a: '1', b: '1' }));
    put(root, '.stowage/staging/foreign', 'mine');
    mkdirSync(join(root, '.stowage/staging/1.part'));
    expect(() => render(root, files({ a: '2', c: '2' }))).toThrow();
    expect(contents(root)).toEqual({ a: '1', b: '1' });
    rmSync(join(root, '.stowage/staging/1.part'), { recursive: true });
    render(root, files({ a: '2', c: '2' }));
    expect(contents(root)).toEqual({ a: '2', c: '2' });
    expect(read(root, '.stowage/staging/foreign')).toBe('mine');
  });
});
