import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { podmanUser } from '../../../src/targets/podman-user/target.js';
import { systemd } from '../../../src/targets/systemd/target.js';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf, policyOf } from '../../support/project.js';

const PROXY = `service_id: proxy
runtime_templates: { baremetal: a, podman: b }
quadlet_scope: user
service_volumes: [{ name: acme, host_path: /srv/acme.json, target: /acme.json }]
mounts: { persistent_volumes: [{ name: acme, path: /acme.json }] }
`;
const LIBRARY = '/usr/local/lib/stowage';
const CHOICE = ['--host', 'proxy', '--tag', 'service:proxy', '--path', '/backup/proxy/acme'];

function rendered(runtime: string, file: string): string {
  const policy = policyOf(`deployments: [{ runtime: ${runtime}, host: web1, services: [proxy] }]\n`);
  const { plan } = planOf(policy, PROXY);
  const input = { plan, runtimes: policy.runtimes, templates: projectTemplates(builtinTemplates(), plan) };
  const files = [...systemd.render(input).files, ...podmanUser.render(input).files];
  return files.find((candidate) => candidate.path === `hosts/web1/${file}`)?.content ?? '';
}

/** restic itself, what mounts the target and what runs it are stand-ins; restic's answers are measured ones (0.18). */
describe.each([
  ['a host', 'baremetal', 'bin/restore-main.sh', 'systemd-run'],
  ['a user', 'podman', 'user/bin/restore-main.sh', 'podman'],
])('the target of a restore by %s', (_who, runtime, file, runner) => {
  let folder: string;
  let target: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'stowage-restore-'));
    target = path.join(folder, 'deep', 'acme.json');
    // `podman unshare` runs what follows, as the user that it is in the namespace.
    standIn(`bin/${runner}`, 'if [ "$1" = unshare ]; then shift; exec "$@"; fi');
    standIn('.local/lib/stowage/lab/restic-main.sh', 'echo "$*" >"$HOME/asked"; printf \'%s\\n\' "$NODES"');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function standIn(name: string, script: string): void {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  function restore(type: 'file' | 'dir', ...options: readonly string[]): number | null {
    const nodes = `{"paths":["/backup/proxy/acme"],"struct_type":"snapshot"}
{"name":"acme","type":"${type}","path":"/backup/proxy/acme","uid":0,"struct_type":"node"}
{"name":"x","type":"file","path":"/backup/proxy/acme/x","uid":0,"struct_type":"node"}`;
    const script = rendered(runtime, file).replaceAll(`${LIBRARY}/`, `${folder}/.local/lib/stowage/`);
    const given = ['latest', '/backup/proxy/acme', target, ...options];
    const run = spawnSync('sh', ['-c', script, 'restore-main.sh', ...given], {
      env: { PATH: `${folder}/bin:${process.env.PATH ?? ''}`, HOME: folder, NODES: nodes },
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    return run.status;
  }

  const kindOfTarget = () => (lstatSync(target).isFile() ? 'file' : 'folder');

  test('becomes a file when the snapshot has a single one there, a folder otherwise', () => {
    expect(restore('file', ...CHOICE, '--delete', '--verify')).toBe(0);
    expect(kindOfTarget()).toBe('file');
    rmSync(target);
    expect(restore('dir', ...CHOICE)).toBe(0);
    expect(kindOfTarget()).toBe('folder');
  });

  test('replaces the empty folder that an engine leaves where the file was', () => {
    mkdirSync(target, { recursive: true });
    expect(restore('file', ...CHOICE)).toBe(0);
    expect(kindOfTarget()).toBe('file');
  });

  test.each(['file', 'dir'] as const)('as a %s leaves the time of the folder that it is made in', (kind) => {
    // Such as that of an outer volume, which has just been restored.
    const outer = path.join(folder, 'outer');
    target = path.join(outer, 'new', 'inner');
    mkdirSync(outer);
    utimesSync(outer, 1286705410.5, 1286705410.5);
    expect(restore(kind, ...CHOICE)).toBe(0);
    expect(lstatSync(outer).mtimeMs).toBe(1286705410500);
    expect(existsSync(target)).toBe(true);
  });

  test('is left as it is when there is something, and nobody is asked', () => {
    mkdirSync(target, { recursive: true });
    writeFileSync(path.join(target, 'data'), '');
    expect(restore('file', ...CHOICE)).toBe(0);
    expect(kindOfTarget()).toBe('folder');
    expect(existsSync(path.join(folder, 'asked'))).toBe(false);
  });

  test('is what a symlink names, also when that is gone', () => {
    mkdirSync(path.dirname(target), { recursive: true });
    symlinkSync(path.join(folder, 'disk', 'real'), target);
    expect(restore('dir', ...CHOICE)).toBe(0);
    expect(lstatSync(path.join(folder, 'disk', 'real')).isDirectory()).toBe(true);
  });

  test('is asked for with the options that choose a snapshot, and no others', () => {
    const others = ['--delete', '--include=!/backup/proxy/acme/--path', '--verbose=2', '--dry-run'];
    restore('file', ...others, ...CHOICE, '--verify', '--tag=x');
    const asked = spawnSync('cat', [path.join(folder, 'asked')], { encoding: 'utf8' }).stdout.trim();
    expect(asked).toBe(`ls --json latest /backup/proxy/acme ${CHOICE.join(' ')} --tag=x`);
  });

  test('keeps a spared volume in a folder that the snapshot does not have', () => {
    const known = '/backup/proxy/acme/old|/backup/proxy/acme/a [b]';
    standIn(
      '.local/lib/stowage/lab/restic-main.sh',
      `case "$4" in ${known.replaceAll(/[ []/g, String.raw`\$&`)})
  printf '{"name":"x","type":"dir","path":"%s","struct_type":"node"}\\n' "$4" ;;
esac`,
    );
    standIn(
      `bin/${runner}`,
      `if [ "$1" = unshare ]; then shift; exec "$@"; fi\nprintf '%s\\n' "$@" >"$HOME/ran"`,
    );
    const spared = ['old/db', 'new/a/db', String.raw`a \[b]/c/db`, 'top'];
    const given = spared.map((inner) => `--include=!/backup/proxy/acme/${inner}`);
    expect(restore('dir', ...CHOICE, ...given, '--delete')).toBe(0);
    const ran = readFileSync(path.join(folder, 'ran'), 'utf8').split('\n');
    expect(ran.slice(ran.lastIndexOf('--delete') + 1, -1)).toEqual([
      '--include=!/backup/proxy/acme/new',
      String.raw`--include=!/backup/proxy/acme/a \[b]/c`,
    ]);
    expect(ran).toEqual(expect.arrayContaining(given));
  });

  test('is not made when the repository does not answer', () => {
    standIn('.local/lib/stowage/lab/restic-main.sh', 'exit 12');
    expect(restore('file', ...CHOICE)).toBe(12);
    expect(existsSync(target)).toBe(false);
  });
});
