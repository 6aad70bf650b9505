import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** `npm pack` builds in the folder that it packs, and other tests run the program of this one: so it packs a copy. */
const ROOT = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'stowage-package-'));
const user = join(folder, 'user');
let files: string[] = [];

beforeAll(() => {
  const copy = join(folder, 'copy');
  mkdirSync(copy);
  for (const name of ['src', 'schemas', 'templates', 'examples', 'README.md', 'LICENSE', 'package.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  for (const name of ['tsconfig.json', 'tsconfig.types.json']) cpSync(join(ROOT, name), join(copy, name));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const out = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    cwd: copy,
    encoding: 'utf8',
    // As a person types it: npm tells a script that it runs what that is part of.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
  });
  const [made] = JSON.parse(out) as { filename: string; files: { path: string }[] }[];
  files = made?.files.map(({ path }) => path) ?? [];
  const place = join(user, 'node_modules/stowage');
  mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xf', join(folder, made?.filename ?? ''), '-C', place, '--strip-components=1']);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the package holds the program, the library, its types, and what people read', () => {
  const tops = new Set(files.map((path) => path.split('/')[0]));
  expect([...tops].sort()).toEqual(
    ['LICENSE', 'README.md', 'dist', 'examples', 'package.json', 'schemas', 'templates'].sort(),
  );
  expect(files).toEqual(
    expect.arrayContaining(['dist/stowage.js', 'dist/index.js', 'dist/types/index.d.ts']),
  );
});

test('the program runs wherever it is unpacked', () => {
  const program = join(user, 'node_modules/stowage/dist/stowage.js');
  const out = execFileSync(process.execPath, [program, 'init', join(user, 'project')], { encoding: 'utf8' });
  expect(out).toContain('project/stowage.yml');
});

test("the README's lines about the library are typed", () => {
  symlinkSync(join(ROOT, 'node_modules/@types'), join(user, 'node_modules/@types'));
  symlinkSync(join(ROOT, 'node_modules/fast-glob'), join(user, 'node_modules/fast-glob'));
  writeFileSync(join(user, 'package.json'), '{ "type": "module" }');
  const lines = [
    "import { loadProject, render } from 'stowage';",
    "const { files, diagnostics } = render(loadProject('/srv/infra/stowage.yml'));",
    'export const paths: readonly string[] = files.map((file) => file.path);',
    'export const count: number = diagnostics.length;',
  ];
  writeFileSync(join(user, 'user.ts'), lines.join('\n'));
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--types', 'node', 'user.ts'];
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), options, { cwd: user, stdio: 'inherit' });
});
