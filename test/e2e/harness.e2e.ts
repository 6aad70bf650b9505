import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { differences, makeData, manifest } from './lib/data.js';
import { boot, type Machine } from './lib/machine.js';
import { runbookCommands } from './lib/runbook.js';

/**
 * The harness itself, without our program: a hand-written unit in the shape of those we render backs up the whole data
 * set as a user who could not read it, and every byte and attribute comes back.
 */
const UNIT = `
[Service]
Type=oneshot
User=restic
Group=restic
AmbientCapabilities=CAP_DAC_READ_SEARCH
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
NoNewPrivileges=yes
ProtectSystem=strict
PrivateTmp=yes
TemporaryFileSystem=/backup:ro
BindReadOnlyPaths=/srv/app:/backup/app/data
CacheDirectory=restic
ReadWritePaths=/var/lib/repo
LoadCredential=restic-password:/etc/restic/password
Environment=RESTIC_REPOSITORY=/var/lib/repo RESTIC_PASSWORD_FILE=%d/restic-password RESTIC_CACHE_DIR=%C/restic
ExecStart=/usr/bin/restic backup --host app --tag service:app --group-by host,tags /backup/app/data
`;

const RESTIC = 'restic --repo /var/lib/repo --password-file /etc/restic/password';

describe('the harness', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await boot('base', 'harness');
    await machine.run('useradd --system --home-dir /nonexistent restic');
    await machine.write('/etc/restic/password', 'a password\n', '600');
    await machine.write('/etc/systemd/system/backup-app.service', UNIT);
    await machine.run(`${RESTIC} init && chown -R restic: /var/lib/repo`);
    await makeData(machine, '/srv/app');
  });

  afterAll(async () => machine.stop());

  test('backs up as a user without rights to the files, restores every byte', async () => {
    const before = await manifest(machine, '/srv/app');
    expect(before.size).toBeGreaterThan(20);
    await machine.run('systemctl start backup-app.service');
    await machine.run('find /srv/app -mindepth 1 -delete; chmod 700 /srv/app; chown root: /srv/app');
    await machine.run(
      `systemd-run --pipe --wait --collect --quiet -p TemporaryFileSystem=/backup -p BindPaths=/srv/app:/backup/app/data \
        ${RESTIC} restore latest --include /backup/app/data --target / --sparse`,
    );
    expect(differences(before, await manifest(machine, '/srv/app'))).toEqual([]);
  });

  test('the comparison sees each kind of loss', async () => {
    await makeData(machine, '/srv/other');
    const before = await manifest(machine, '/srv/other');
    await machine.run(
      [
        'cd /srv/other',
        'printf x >> big',
        'chmod 0601 .hidden',
        'chown 1:1 nothing-inside',
        'touch -h -d 2020-02-02 link',
        'rm -- -dash',
        'ln -sfn plain dangling',
        'setfattr -x user.origin plain',
        'setfacl -b empty',
        'cp sparse s2 --sparse=never --preserve=all && mv s2 sparse',
        'cp --preserve=all hard-link h && mv h hard-link',
        'touch appeared',
      ].join('\n'),
    );
    const seen = differences(before, await manifest(machine, '/srv/other')).join('\n');
    for (const loss of [
      '"big": content',
      '".hidden": mode',
      '"nothing-inside": owner',
      '"link": modified',
      '"-dash": lost',
      '"dangling": linkTarget',
      '"plain": attributes',
      '"empty": attributes',
      '"sparse": was sparse',
      '"hard-link": hardLinks',
      '"appeared": appeared',
    ]) {
      expect(seen).toContain(loss);
    }
  });

  test('a copied folder arrives whole, and a written file has its mode', async () => {
    await machine.copy('test/e2e/lib', '/opt/lib');
    expect((await machine.run('ls /opt/lib')).stdout).toContain('machine.ts');
    await machine.write('/opt/new/script.sh', '#!/bin/sh\necho "$1"\n', '755');
    expect((await machine.run(['/opt/new/script.sh', 'two  words'])).stdout).toBe('two  words\n');
    expect(await machine.read('/opt/new/script.sh')).toContain('echo');
  });

  test('a runbook gives exactly the sh blocks below one heading', () => {
    const runbook = [
      '# Restore app',
      '## Restore one volume',
      '```sh',
      '# not a heading',
      'restic restore SNAPSHOT --target "$RESTIC_SNAPSHOT"',
      '```',
      '```text',
      'what it prints',
      '```',
      '### Then',
      '1. start it again',
      '   ```sh',
      '   systemctl start app',
      '   ```',
      '## Something else',
      '```sh',
      'rm -rf /',
      '```',
    ].join('\n');
    expect(runbookCommands(runbook, 'Restore one volume', 'abc123')).toBe(
      '# not a heading\nrestic restore abc123 --target "$RESTIC_SNAPSHOT"\n\nsystemctl start app\n',
    );
    expect(() => runbookCommands(runbook, 'Restore one volume')).toThrow('snapshot id');
    expect(() => runbookCommands(runbook, 'Restore')).toThrow('no sh block');
  });

  test('a failing and a hanging command are told apart from a good one', async () => {
    await expect(machine.run('echo why >&2; exit 7')).rejects.toThrow(/exit 7[^]*why/);
    expect((await machine.run('exit 7', { allowFail: true })).code).toBe(7);
    expect((await machine.run('sleep 60', { allowFail: true, timeout: 1 })).code).toBe(124);
  });

  test('a machine that was switched off keeps its disk', async () => {
    await machine.write('/root/kept', 'still here');
    await machine.powerOff();
    await machine.powerOn();
    expect(await machine.read('/root/kept')).toBe('still here');
    await machine.crash();
    await expect(machine.run('true')).rejects.toThrow('not running');
    await machine.powerOn();
    expect(await machine.read('/root/kept')).toBe('still here');
  });
});
