import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseManifest, serializeManifest, type ManifestEntry } from '../../../src/output/manifest.js';
import { planWrite } from '../../../src/output/tree.js';
import { codes, contents, file, files, put, read, render, scratch } from './tree-fixture.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const listing = (...entries: unknown[]) => JSON.stringify({ version: 1, files: entries });
const entry = (path: string, content = 'victim') => ({
  path,
  sha256: sha256(content),
  mode: '0644',
  sources: [],
});

describe('the text', () => {
  const entries: ManifestEntry[] = [
    { path: 'b', sha256: sha256('b'), mode: 0o755, sources: ['x.yml'], service: 'x', runtime: 'docker' },
    { path: 'a"\n', sha256: sha256('a'), mode: 0o644, sources: [], service: null, runtime: null },
  ];

  test('comes back as it was, sorted, one line for each file', () => {
    const text = serializeManifest(entries);
    const { manifest, diagnostics } = parseManifest(text, 'm');
    expect(diagnostics).toEqual([]);
    expect([...manifest.values()]).toEqual([entries[1], entries[0]]);
    expect(text.split('\n')).toHaveLength(9);
    expect(parseManifest(serializeManifest([]), 'm')).toEqual({ manifest: new Map(), diagnostics: [] });
  });

  test.each([
    ['nothing', ''],
    ['a merge conflict', '<<<<<<< ours\n{}\n'],
    ['null', 'null'],
    ['a list', '[]'],
    ['another version', '{"version":2,"files":[]}'],
    ['files that are no list', '{"version":1,"files":{}}'],
    ['an entry that is a string', listing('a')],
    ['an entry that is null', listing(null)],
    ['a path that is a number', listing({ ...entry('a'), path: 1 })],
    ['a hash that is none', listing({ ...entry('a'), sha256: 'x' })],
    ['an upper-case hash', listing({ ...entry('a'), sha256: sha256('a').toUpperCase() })],
    ['another mode', listing({ ...entry('a'), mode: '4755' })],
    ['sources that are no list of strings', listing({ ...entry('a'), sources: [1] })],
    ['an unknown runtime', listing({ ...entry('a'), runtime: 'vax' })],
    ['a previous hash that is none', listing({ ...entry('a'), previous: '' })],
    ['a service that is none', listing({ ...entry('a'), service: {} })],
  ])('%s is refused', (_, text) => {
    expect(parseManifest(text, 'm').diagnostics.map(({ code }) => code)).toEqual(['STW605']);
  });
});

describe('a forged manifest deletes nothing', () => {
  const paths = (outside: string) => [
    join(outside, 'victim'),
    '../victim',
    'a/../../victim',
    'a/../victim',
    './victim',
    'victim/',
    'a//victim',
    '.',
    '..',
    '',
    '..\\victim',
    'C:victim',
    'victim\0',
    '.git/victim',
    'sub/.GIT/victim',
    '.stowage/manifest.json',
    '.stowage/staging/0.part',
    'x'.repeat(5000),
  ];

  test.each(paths('/outside').map((_, index) => index))('path %#', (index) => {
    const folder = scratch();
    const root = join(folder, 'rendered');
    render(root, files({ ours: '1' }));
    put(folder, 'victim', 'victim');
    put(root, 'victim', 'victim');
    put(root, '.git/victim', 'victim');
    put(root, 'sub/.GIT/victim', 'victim');
    const before = contents(folder);
    const path = paths(folder)[index] ?? '';
    writeFileSync(join(root, '.stowage/manifest.json'), listing(entry('ours', '1'), entry(path)));
    for (const force of [false, true]) {
      const plan = planWrite(root, files({ new: '1' }), { force });
      expect(codes(plan)).toEqual(['STW606']);
      expect(plan.order).toBeNull();
    }
    expect({ ...contents(folder), 'rendered/.stowage/manifest.json': null }).toEqual({
      ...before,
      'rendered/.stowage/manifest.json': null,
    });
  });

  test('a path listed twice', () => {
    const text = listing(entry('a'), entry('a'));
    expect(parseManifest(text, 'm').diagnostics.map(({ code }) => code)).toEqual(['STW606']);
  });

  test('a path through a link, at any depth', () => {
    const folder = scratch();
    const root = join(folder, 'rendered');
    render(root, files({ ours: '1' }));
    put(folder, 'outside/deep/victim', 'victim');
    symlinkSync('../outside', join(root, 'link'));
    mkdirSync(join(root, 'real'));
    symlinkSync('../../outside/deep', join(root, 'real/link'));
    for (const path of ['link/deep/victim', 'real/link/victim']) {
      writeFileSync(join(root, '.stowage/manifest.json'), listing(entry(path)));
      expect(codes(planWrite(root, [], { force: true }))).toEqual(['STW607']);
    }
    expect(read(folder, 'outside/deep/victim')).toBe('victim');
  });

  test('a wanted path through a link is not written', () => {
    const folder = scratch();
    const root = join(folder, 'rendered');
    render(root, files({ ours: '1' }));
    mkdirSync(join(folder, 'outside'));
    symlinkSync('../outside', join(root, 'link'));
    expect(codes(planWrite(root, files({ ours: '1', 'link/a': '1' }), { force: true }))).toEqual(['STW607']);
  });

  test('a listed file that is now a link stays, and so does what it leads to', () => {
    const folder = scratch();
    const root = join(folder, 'rendered');
    render(root, files({ a: 'victim', b: '1' }));
    put(folder, 'victim', 'victim');
    rmSync(join(root, 'a'));
    symlinkSync('../victim', join(root, 'a'));
    render(root, files({ b: '1' }), { force: true });
    expect(read(folder, 'victim')).toBe('victim');
    expect(read(root, 'a')).toBe('victim');
  });

  test('a listed file of other content stays', () => {
    const root = scratch();
    render(root, files({ ours: '1' }));
    put(root, 'mine', 'mine');
    writeFileSync(join(root, '.stowage/manifest.json'), listing(entry('ours', '1'), entry('mine', 'guess')));
    render(root, files({ ours: '1' }));
    expect(read(root, 'mine')).toBe('mine');
  });

  test('book-keeping that is a link, a folder or huge is refused', () => {
    const folder = scratch();
    const root = join(folder, 'rendered');
    const refusal = () => codes(planWrite(root, files({ a: '1' }), { force: true }));
    mkdirSync(join(root, '.stowage/manifest.json'), { recursive: true });
    expect(refusal()).toEqual(['STW605']);
    rmSync(join(root, '.stowage'), { recursive: true });
    put(folder, 'elsewhere/manifest.json', listing());
    symlinkSync('../elsewhere', join(root, '.stowage'));
    expect(refusal()).toEqual(['STW605']);
    rmSync(join(root, '.stowage'));
    mkdirSync(join(root, '.stowage'));
    symlinkSync('../../elsewhere/manifest.json', join(root, '.stowage/manifest.json'));
    expect(refusal()).toEqual(['STW605']);
    rmSync(join(root, '.stowage/manifest.json'));
    writeFileSync(join(root, '.stowage/manifest.json'), ' '.repeat(64 * 1024 * 1024 + 1));
    expect(refusal()).toEqual(['STW605']);
    rmSync(join(root, '.stowage/manifest.json'));
    symlinkSync('../../elsewhere', join(root, '.stowage/staging'));
    expect(refusal()).toEqual(['STW605']);
    expect(existsSync(join(folder, 'elsewhere/0.part'))).toBe(false);
  });
});

test('the diagnostic points at the line of the entry', () => {
  const text = serializeManifest([
    { path: 'a', sha256: sha256('a'), mode: 0o644, sources: [], service: null, runtime: null },
    { path: '../b', sha256: sha256('b'), mode: 0o644, sources: [], service: null, runtime: null },
  ]);
  const [first] = parseManifest(text, 'm').diagnostics;
  expect(text.split('\n')[(first?.span.line ?? 0) - 1]).toContain('../b');
});

test('sources of a file show in the manifest, and a change of them alone updates it', () => {
  const root = scratch();
  render(root, [file('a', '1', { sources: ['x.yml'] })]);
  expect(render(root, [file('a', '1', { sources: ['y.yml'] })]).written).toEqual(['.stowage/manifest.json']);
  expect(read(root, '.stowage/manifest.json')).toContain('"sources":["y.yml"]');
});
