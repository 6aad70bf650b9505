import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { goldenCases } from '../golden/cases.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'stowage-tools-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** Every folder below a golden tree that has an installer. */
const hosts = goldenCases().flatMap(({ name, expected }) =>
  readdirSync(expected, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('install.sh') && !path.includes('/user/'))
    .map((path) => ({ name: `${name}: ${dirname(path)}`, folder: join(expected, dirname(path)) })),
);

/** A root file system with a host's jobs installed, and stand-ins for the programs that they start. */
function installed(folder: string): string {
  const root = mkdtempSync(join(scratch, 'root-'));
  for (const program of ['bin/sh', 'usr/bin/restic', 'usr/bin/docker', 'usr/bin/podman']) {
    mkdirSync(join(root, dirname(program)), { recursive: true });
    writeFileSync(join(root, program), '#!/bin/sh\n');
    chmodSync(join(root, program), 0o755);
  }
  execFileSync('sh', [join(folder, 'install.sh')], { env: { ...process.env, DESTDIR: root } });
  return root;
}

/** Our units in a root, and systemd's own targets that they name. */
function units(root: string): string[] {
  const folder = join(root, 'etc/systemd/system');
  const library = ['/lib/systemd/system', '/usr/lib/systemd/system'].find((path) => existsSync(path)) ?? '';
  cpSync(library, join(root, 'usr/lib/systemd/system'), { recursive: true, verbatimSymlinks: true });
  return readdirSync(folder).filter((name) => /\.(service|timer)$/.test(name));
}

function run(command: string, args: readonly string[]): { status: number | null; text: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${command} is needed by this test: ${error.message}`);
  return { status, text: stdout + stderr };
}

/** What `systemd-analyze security` may say of a service, from 0 (nothing is exposed) to 10. */
function exposureOf(name: string): number {
  // vzdump mounts, snapshots and reads whole guests as root; restic does not, in that unit either.
  if (/^stowage-[^-]+-vzdump-/.test(name)) return 7;
  // The alarm is a program of the host's own, which a sandbox would keep from a mail server.
  if (/^stowage-[^-]+-failure@/.test(name)) return 10;
  // What a job has stopped is started, and hooks are commands of the host's own.
  if (/^stowage-[^-]+-recover[.]/.test(name)) return 10;
  return 1.9;
}

test('the golden trees hold hosts', () => {
  expect(hosts.length).toBeGreaterThan(5);
});

describe.each(hosts)('$name', ({ folder }) => {
  test('systemd reads every unit without a complaint', () => {
    const root = installed(folder);
    const names = units(root).map((name) => name.replace('@.', '@example.'));
    const verified = run('systemd-analyze', [
      'verify',
      '--man=no',
      '--recursive-errors=yes',
      `--root=${root}`,
      ...names.map((name) => join('/etc/systemd/system', name)),
    ]);
    expect(verified).toEqual({ status: 0, text: '' });
  });

  test('no service is exposed more than its work needs', () => {
    const root = installed(folder);
    for (const name of units(root).filter((unit) => unit.endsWith('.service'))) {
      const threshold = 10 * exposureOf(name);
      const args = ['security', '--offline=true', '--no-pager', `--threshold=${threshold}`, `--root=${root}`];
      const { status, text } = run('systemd-analyze', [...args, name.replace('@.', '@example.')]);
      expect([name, status, status === 0 ? '' : text]).toEqual([name, 0, '']);
    }
  });

  test('shellcheck, bash and dash accept every script', () => {
    const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.sh'))
      .map((path) => join(folder, path));
    expect(scripts.length).toBeGreaterThan(2);
    expect(run('shellcheck', scripts)).toEqual({ status: 0, text: '' });
    for (const script of scripts) {
      expect(run('bash', ['-n', script])).toEqual({ status: 0, text: '' });
      expect(run('dash', ['-n', script])).toEqual({ status: 0, text: '' });
    }
  });
});
