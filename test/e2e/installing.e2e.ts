import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exampleContracts } from './lib/examples.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render, type Project } from './lib/program.js';

const RUNTIMES = { dns: 'baremetal', wiki: 'podman', postgres: 'docker' } as const;

function project(hour: number, services: readonly (keyof typeof RUNTIMES)[]): Project {
  const policy = `version: 1
project: lab
contracts: services/*/contract.yml
repositories: { main: { url: /srv/restic, maintenance: { host: installing }, forget: "0 ${hour} * * *" } }
defaults: { spread: 0m, schedule: "30 ${hour} * * *" }
deployments:
${services.map((id) => `  - { runtime: ${RUNTIMES[id]}, host: installing, services: [${id}] }`).join('\n')}
`;
  const contracts = exampleContracts(Object.fromEntries(services.map((service) => [service, {}])));
  return makeProject({ 'stowage.yml': policy, ...contracts });
}

/** Everything in a folder: type, mode, owner, path; and each file's hash. */
const LOOK = `cd "$1" && find . -printf '%y %m %U %p\\n' | LC_ALL=C sort && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum`;
/** What the running systemd knows: timers, whether they are enabled, and when they fire next. */
const TIMERS = `systemctl list-unit-files --no-legend 'stowage-*' | LC_ALL=C sort; for timer in $(systemctl list-units --all --plain --no-legend 'stowage-*.timer' | cut -d' ' -f1 | LC_ALL=C sort); do systemctl show "$timer" -P Id -P ActiveState -P NeedDaemonReload -P TimersCalendar; done | sed 's/next_elapse=.*//'`;

/**
 * Stand-ins for what the installer runs: the N-th call of any of them kills the installer with everything below it,
 * before or after it has done its work. Further calls never come.
 */
const STAND_IN = `#!/bin/sh
name=\${0##*/}
read -r count </run/calls
count=$((count + 1))
echo $count >/run/calls
[ "$count" -ne "$KILL_AT" ] || [ "$KILL_WHEN" != before ] || kill -KILL 0
PATH=\${PATH#*:}
"$name" "$@"; code=$?
[ "$count" -ne "$KILL_AT" ] || kill -KILL 0
exit $code
`;
const COMMANDS = [
  ...['install', 'mv', 'rm', 'mkdir', 'cat'],
  ...['systemctl', 'systemd-sysusers', 'systemd-tmpfiles'],
];

/** An installer that cannot finish leaves something that the next run of it finishes, whatever was done and what not. */
describe('installing', () => {
  let machine: Machine;
  const look = async (...folders: readonly string[]): Promise<string> =>
    (await machine.run(['sh', '-euc', `for folder do (set -- "$folder"; ${LOOK}); done`, 'sh', ...folders]))
      .stdout;
  const installed = async (): Promise<string> =>
    look('/etc/systemd/system', '/usr/local/lib/stowage', '/var/lib/stowage');
  /** Runs the installer so that its n-th command kills it; false when it has fewer. */
  async function killed(folder: string, at: number, when: string, destination = ''): Promise<boolean> {
    await machine.run('echo 0 >/run/calls');
    const result = await machine.run(
      `${destination} PATH=/opt/stand-ins:$PATH KILL_AT=${at} KILL_WHEN=${when} setsid --wait ${folder}/install.sh`,
      { allowFail: true },
    );
    return result.code !== 0;
  }

  beforeAll(async () => {
    machine = await boot('base', 'installing');
    const old = project(2, ['wiki', 'dns']);
    const next = project(3, ['wiki', 'postgres']);
    await render(old);
    await render(next);
    await machine.copy(path.join(old.rendered, 'hosts/installing'), '/root/old');
    await machine.copy(path.join(next.rendered, 'hosts/installing'), '/root/new');
    for (const name of COMMANDS) await machine.write(`/opt/stand-ins/${name}`, STAND_IN, '755');
  });

  afterAll(async () => machine.stop());

  test('on a full disk fails, puts no half file anywhere, and finishes when there is room', async () => {
    await machine.run('mkdir /mnt/whole && DESTDIR=/mnt/whole /root/new/install.sh');
    await machine.run('mkdir /mnt/full && mount -t tmpfs -o size=16k,mode=755 tmpfs /mnt/full');
    const whole = await look('/mnt/whole');
    for (let size = 16; size <= 64; size += 16) {
      await machine.run(`mount -o remount,size=${size}k /mnt/full`);
      const failed = await machine.run('DESTDIR=/mnt/full /root/new/install.sh', { allowFail: true });
      expect(failed.code).not.toBe(0);
      expect(failed.stderr).toContain('No space left on device');
      const half = await machine.run(
        'cd /mnt/full && find . -path ./var -prune -o -type f ! -name "*.stowage-new" -exec sh -c \'cmp "$1" "/mnt/whole/$1"\' sh {} \\;',
      );
      expect(half).toMatchObject({ stdout: '', stderr: '' });
    }
    await machine.run('mount -o remount,size=4m /mnt/full && DESTDIR=/mnt/full /root/new/install.sh');
    expect(await look('/mnt/full')).toBe(whole);
  });

  test('anew, killed anywhere, ends as if undisturbed', async () => {
    const whole = await look('/mnt/whole');
    let at = 0;
    do {
      at += 3;
      await machine.run('rm -rf /mnt/again && mkdir /mnt/again');
      const died = await killed('/root/new', at, at % 2 === 0 ? 'before' : 'after', 'DESTDIR=/mnt/again');
      if (!died) break;
      await machine.run('DESTDIR=/mnt/again /root/new/install.sh');
      expect(await look('/mnt/again')).toBe(whole);
    } while (at < 300);
    expect(at).toBeGreaterThan(30);
    expect(at).toBeLessThan(300);
  });

  test('over an older state, on the running system, killed anywhere, ends as if undisturbed', async () => {
    await machine.run('/root/old/install.sh && /root/new/install.sh');
    const [files, timers] = [await installed(), (await machine.run(TIMERS)).stdout];
    expect(timers).toContain('stowage-lab-backup-postgres.timer');
    expect(timers).not.toContain('dns');
    expect(timers).toContain('03:30:00');
    let at = -3;
    do {
      at += 4;
      // Timers are restarted more often here than systemd allows by default.
      await machine.run('systemctl reset-failed; /root/old/install.sh; systemctl reset-failed');
      const died = await killed('/root/new', at, at % 8 === 1 ? 'before' : 'after');
      if (!died) break;
      await machine.run('/root/new/install.sh');
      expect([at, await installed()]).toEqual([at, files]);
      expect([at, (await machine.run(TIMERS)).stdout]).toEqual([at, timers]);
    } while (at < 300);
    expect(at).toBeGreaterThan(20);
    expect(at).toBeLessThan(300);
  });
});
