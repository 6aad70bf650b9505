import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** `npm pack` builds in the folder that it packs, and other tests run the program of this one: so it packs a copy. */
const ROOT = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'stowage-package-'));
const copy = join(folder, 'copy');
const user = join(folder, 'user');
const installed = join(user, 'node_modules/stowage');
let files: string[] = [];

const USER = `
import {
  CODES, hasErrors, loadProject, planProject, render, report, RUNTIMES,
  type BackupPlan, type Diagnostic, type Runtime,
} from 'stowage';

const project = loadProject('/srv/infra/stowage.yml');
const { files, diagnostics, plan } = render(project);
export const paths: readonly string[] = files.map((file) => file.path);
export const texts: readonly string[] = diagnostics.map(({ code }: Diagnostic) => CODES[code]);
export const schedules: readonly string[] = (plan?.jobs ?? []).map(({ schedule }) => schedule.cron);
export const runtimes: readonly Runtime[] = RUNTIMES;
export const page: string | null = report(project, 'html').result;
export const ok: boolean = !hasErrors(planProject(project).diagnostics);

export const places = (of: BackupPlan) => of.services.flatMap(({ placements }) => placements);
`;
const WRONG = `
import { loadProject, render } from 'stowage';
const { files, diagnostics, plan } = render(loadProject('/srv/infra/stowage.yml'));
export const path: number = files[0]!.path;
export const code: 'NO' = diagnostics[0]!.code;
export const cron: number = plan!.jobs[0]!.schedule.cron;
export const input: unknown = loadProject('/srv/infra/stowage.yml').input;
`;

beforeAll(() => {
  mkdirSync(copy);
  for (const name of ['src', 'schemas', 'templates', 'examples', 'docs', 'README.md', 'LICENSE'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  for (const name of ['package.json', 'tsconfig.json']) cpSync(join(ROOT, name), join(copy, name));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const out = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    cwd: copy,
    encoding: 'utf8',
    // As a person types it: npm tells a script that it runs what that is part of.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
  });
  const [made] = JSON.parse(out) as { filename: string; files: { path: string }[] }[];
  files = made?.files.map(({ path }) => path) ?? [];
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xf', join(folder, made?.filename ?? ''), '-C', installed, '--strip-components=1']);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the package holds the program, the library, one file of types, and what people read', () => {
  const kinds = [
    /^(?:LICENSE|README\.md|package\.json)$/,
    /^dist\/(?:stowage|index)\.js$/,
    /^dist\/program-[0-9a-f]+\.cjs$/,
    /^dist\/index\.d\.ts$/,
    /^dist\/schemas\/(?:contract|plan|policy)\.schema\.json$/,
    // Built-in templates, which people copy to write their own.
    /^templates\/.+\.hbs$/,
    // What the README refers to.
    /^examples\/(?:ci|cluster|fleet|homelab|ledger|minimal)\/.+\.(?:hbs|json|sh|ya?ml)$/,
  ];
  expect(files.filter((path) => !kinds.some((kind) => kind.test(path)))).toEqual([]);
  expect(kinds.filter((kind) => !files.some((path) => kind.test(path)))).toEqual([]);
});

test('whatever package.json names is in the package', () => {
  const { bin, exports } = readPackage();
  const named = [...Object.values(bin), ...Object.values(exports).flatMap(pathsOf)];
  for (const path of named) {
    const [start = '', end = ''] = path.replace('./', '').split('*');
    expect(files.filter((file) => file.startsWith(start) && file.endsWith(end))).not.toEqual([]);
  }
});

test('package.json says where the project is, as the README does', () => {
  const { repository, homepage, bugs, keywords } = readPackage();
  const address = /repo: (https:\S+)/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? 'none';
  expect(repository.url).toBe(`git+${address}.git`);
  expect([homepage, bugs]).toEqual([`${address}#readme`, `${address}/issues`]);
  expect(keywords).toContain('restic');
});

test('the program runs wherever it is unpacked', () => {
  const program = join(installed, 'dist/stowage.js');
  const out = execFileSync(process.execPath, [program, 'init', join(user, 'project')], { encoding: 'utf8' });
  expect(out).toContain('project/stowage.yml');
});

test('a program that uses the library needs no types of Node.js and of other packages', () => {
  writeFileSync(join(user, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(user, 'user.ts'), USER);
  expect(compile('user.ts')).toBe('');
  // Nothing of it is `any`, which would fit everywhere.
  writeFileSync(join(user, 'wrong.ts'), WRONG);
  expect(compile('wrong.ts').match(/^wrong\.ts\(\d+/gm)).toEqual(
    WRONG.split('\n').flatMap((line, index) => (line.startsWith('export') ? `wrong.ts(${index + 1}` : [])),
  );
});

test('the check of the library sees what must not go unnoticed', () => {
  const added = [
    "import type { Files } from './source/files.js';",
    '/** Needs a type that is not exported. */ export declare const first: Files;',
    '/** Needs a type of Node.js. */ export declare const second: Buffer;',
    'export const third = 1;',
  ];
  appendFileSync(join(copy, 'src/index.ts'), added.join('\n'));
  const { status, stderr } = spawnSync(process.execPath, ['src/build/library-types.mjs', 'check'], {
    cwd: copy,
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('docs/library.api.md tells another library: run `npm run update-api`');
  expect(stderr).toContain('The symbol "Files" needs to be exported');
  expect(stderr).toContain('dist/index.d.ts does not stand alone: ');
  expect(stderr).toContain('no comment says what this is: export const third = 1;');
});

function compile(file: string): string {
  const compilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: false, types: [] },
    ...{ module: 'nodenext', target: 'es2023', lib: ['es2023'] },
  };
  writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  const program = join(ROOT, 'node_modules/typescript/bin/tsc');
  return spawnSync(process.execPath, [program, '-p', '.'], { cwd: user, encoding: 'utf8' }).stdout;
}

type Exports = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

function readPackage() {
  return JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    bin: Readonly<Record<string, string>>;
    exports: Exports;
    repository: { url: string };
    homepage: string;
    bugs: string;
    keywords: string[];
  };
}

function pathsOf(target: Exports[string]): string[] {
  return typeof target === 'string' ? [target] : Object.values(target);
}
