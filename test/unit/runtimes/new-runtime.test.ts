import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import ts from 'typescript';

/**
 * A runtime that nobody has heard of, made as CONTRIBUTING.md says: one folder, which `npm run new:runtime` makes, and its
 * lines in the registry. Nothing else of the copied sources is touched.
 */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What only the author knows, in the order of the files. */
const FILLED: Readonly<Record<string, readonly string[]>> = {
  'runtime.ts': ["'machines of systemd-nspawn'"],
  'locate.ts': ["'folder' as const", '`/var/lib/machines/volumes/${name}`'],
  'by-hand.ts': [
    "'restic 0.17.0 or later and systemd-container'",
    "'Put the machine into its folder, and start nothing yet.'",
    'false',
    `({
      stop: [['machinectl', 'poweroff', service.service_name]],
      start: [['machinectl', 'start', service.service_name]],
      inside: ['systemd-run', '--pipe', '--machine', service.service_name],
    })`,
    "'The ids are those of this host.'",
    '[]',
  ],
};

const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  main:
    url: rest:http://backup:8000/main
    maintenance: { host: backup1 }
deployments:
  - { runtime: nspawn, host: box1, services: [ledger] }
`;

/** Its data lies at a path that exists on many hosts, too: that one must not be taken for the machine's. */
const CONTRACT = `service_id: ledger
service_name: ledger
runtime_templates: { nspawn: a }
service_volumes:
  - { name: database, target: /var/lib/postgresql }
  - { name: files, host_path: /srv/ledger, target: /files }
mounts:
  persistent_volumes:
    - { name: database, path: /var/lib/postgresql }
    - { name: files, path: /files }
`;

let copy = '';
const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
};
const text = (path: string) => readFileSync(join(copy, path), 'utf8');
const put = (path: string, content: string) => {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  writeFileSync(join(copy, path), content);
};

/** What the compiler says of a file and all that it imports: files, with what is wrong in them. */
function mistakes(file: string): [file: string, message: string][] {
  const { options } = ts.parseJsonConfigFileContent(
    JSON.parse(text('tsconfig.json')) as unknown,
    ts.sys,
    copy,
  );
  const program = ts.createProgram([join(copy, file)], options);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file: where, messageText }) => [
      relative(copy, where?.fileName ?? ''),
      ts.flattenDiagnosticMessageText(messageText, ' '),
    ]);
}

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'stowage-new-runtime-'));
  for (const part of ['src', 'schemas', 'templates', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  run('src/build/new-runtime.mjs', 'nspawn');
});

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

test('the compiler points at what only the author knows, and at nothing outside the new folder', () => {
  const found = mistakes('src/runtimes/nspawn/runtime.ts');
  const places = Object.values(FILLED).flat();
  expect(found).toHaveLength(places.length);
  for (const [file, message] of found) {
    expect(file).toMatch(/^src\/runtimes\/nspawn\//);
    expect(message).toBe("Cannot find name 'toFill'.");
  }
});

test('filled in, and with its lines in the registry, it backs up what it says, and no other folder of the host', () => {
  for (const [file, values] of Object.entries(FILLED)) fillIn(`src/runtimes/nspawn/${file}`, values);
  const registry = text('src/runtimes/registry.ts');
  put(
    'src/runtimes/registry.ts',
    `import { nspawn } from './nspawn/runtime.js';\n${registry.replace('baremetal];', 'baremetal, nspawn];')}`,
  );
  expect(mistakes('src/runtimes/registry.ts')).toEqual([]);
  run('src/build/build.mjs');
  put('project/stowage.yml', POLICY);
  put('project/services/ledger.yml', CONTRACT);
  expect(run('dist/stowage.js', 'schema', 'policy')).toContain('`nspawn` (machines of systemd-nspawn)');
  run('dist/stowage.js', 'render', '--config', 'project/stowage.yml');

  const plan = JSON.parse(text('project/rendered/.stowage/plan.json')) as {
    jobs: { id: string; runtime: string; sources: { at: string; path: string; volumes: string[] }[] }[];
  };
  const [job] = plan.jobs.filter(({ id }) => id === 'backup:ledger@box1');
  expect(job?.runtime).toBe('nspawn');
  expect(job?.sources.map(({ at, path, volumes }) => [at, path, ...volumes])).toEqual([
    ['folder', '/var/lib/machines/volumes/database', 'database'],
    ['folder', '/srv/ledger', 'files'],
  ]);

  const unit = text('project/rendered/hosts/box1/systemd/stowage-lab-backup-ledger.service');
  expect(unit).toContain('/var/lib/machines/volumes/database:/backup/ledger/database');
  expect(unit).not.toContain('/var/lib/postgresql');

  const page = text('project/rendered/runbooks/ledger.md');
  for (const said of [
    'nspawn on box1',
    'machinectl poweroff ledger',
    'latest /backup/ledger/database /var/lib/machines/volumes/database',
    'A machine, called box1, with restic 0.17.0 or later and systemd-container;',
    'Put the machine into its folder, and start nothing yet.',
    'The ids are those of this host.',
  ]) {
    expect(page).toContain(said);
  }
  expect(page).not.toContain('undefined');
  expect(text('project/rendered/README.md')).toContain(
    '| ledger | database | nspawn | box1 | `/var/lib/machines/volumes/database` | backed up |',
  );

  const { paths } = JSON.parse(
    run('dist/stowage.js', 'paths', '--config', 'project/stowage.yml', '--format', 'json'),
  ) as { paths: { volume: string; kind: string; location: string }[] };
  expect(paths.map(({ volume, kind, location }) => [volume, kind, location])).toEqual([
    ['database', 'nspawn_volume', '/var/lib/machines/volumes/database'],
    ['files', 'host_path', '/srv/ledger'],
  ]);
  const report = ['report', '--config', 'project/stowage.yml', '--format', 'markdown'];
  expect(run('dist/stowage.js', ...report)).toContain('nspawn');
});

/** Puts the author's words into the places that the compiler points at, and drops what the file says to nobody. */
function fillIn(file: string, values: readonly string[]): void {
  const rest = [...values];
  put(
    file,
    text(file).replaceAll(/toFill\(\s*(?:'[^']*'|`(?:\\`|[^`])*`),?\s*\)/g, () => rest.shift() ?? 'nothing'),
  );
  expect(rest).toEqual([]);
}
