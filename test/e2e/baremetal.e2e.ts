import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HOUR, LEDGER, POLICY } from './lib/baremetal-project.js';
import { differences, makeData, manifest, type Manifest } from './lib/data.js';
import { boot, type Machine } from './lib/machine.js';
import { nothingToDo } from './lib/nothing-to-do.js';
import { exampleProject, render, type Project } from './lib/program.js';
import { restoreCommands, runbookCommands, volumeCommands } from './lib/runbook.js';
import { EVERY_JOB, EVERY_SANDBOX, mistakes, queued, shown, timers } from './lib/units.js';

const BOOKS = '/srv/the books: $HOME %n';
/** Other files come and go without a trace. */
const SET_TIME = `touch -d '2010-10-10 10:10:10.101010101 UTC' .`;
/** Volumes of `dns` in the homelab: on bare metal, what the service itself sees. */
const DNS = { config: '/etc/adguardhome', data: '/var/lib/adguardhome' } as const;

/** Bare metal, as a person would do it: render, install, put the credentials there, make the repository, wait. */
describe('a bare-metal host', () => {
  let machine: Machine;
  let project: Project;
  const restic = (args: string) => machine.run(`/usr/local/lib/stowage/lab/restic-nas.sh ${args}`);
  const snapshots = async (
    service: string,
  ): Promise<{ id: string; hostname: string; tags: string[]; paths: string[] }[]> =>
    JSON.parse((await restic(`snapshots --json --tag service:${service}`)).stdout) as Awaited<
      ReturnType<typeof snapshots>
    >;
  const page = (service: string) =>
    readFileSync(path.join(project.rendered, `runbooks/${service}.md`), 'utf8');
  const runbook = (heading: string) => runbookCommands(page('ledger'), heading);

  beforeAll(async () => {
    machine = await boot('base', 'metal1');
    project = exampleProject('homelab', {}, { 'stowage.yml': POLICY, 'services/ledger.yml': LEDGER });
    await render(project);
    await makeData(machine, BOOKS);
    await machine.run(
      `mkdir -p /home/ledger/attic ${DNS.config} && echo data >${DNS.config}/AdGuardHome.yaml`,
    );
    await makeData(machine, DNS.data);
    await machine.run(`echo x >${DNS.data}/querylog.json`);
    await machine.run(['sh', '-euc', `cd "$1"; touch scratch.tmp '$HOME %n'; ${SET_TIME}`, 'sh', BOOKS]);
    await machine.copy(path.join(project.rendered, 'hosts/metal1'), '/root/metal1');
    // Somebody careful runs it.
    const installed = await machine.run('umask 077; /root/metal1/install.sh');
    expect(installed.stdout).toContain('NOTE: the jobs fail until this file exists: /etc/restic/password');
    await machine.write('/etc/restic/password', 'a password\n', '600');
  });

  afterAll(async () => machine.stop());

  test('systemd knows of every job when it runs, how it ends, what it needs and what it may', async () => {
    const hour = String(HOUR).padStart(2, '0');
    const due = (job: string, calendar: string) => [
      `stowage-lab-${job}.timer`,
      [job.startsWith('backup-') ? queued(job) : `stowage-lab-${job}.service`, calendar],
    ];
    expect(await timers(machine)).toEqual(
      Object.fromEntries([
        due('backup-dns', `*-*-* ${hour}:40:00 Asia/Tokyo`),
        due('backup-ledger', `*-*-* ${hour}:40:00 Asia/Tokyo`),
        due('forget-nas', `*-*-* ${hour}:10:00 UTC`),
        due('prune-nas', `Sun *-*-* ${hour}:20:00 UTC`),
        due('check-nas', `*-*-01 ${hour}:30:00 UTC`),
        due('locks-nas', '*-*-* *:07,22,37,52:00 UTC'),
      ]),
    );
    expect(await mistakes(machine)).toBe('');
    const every = {
      ...{ ...EVERY_JOB, ...EVERY_SANDBOX, KillSignal: '2', TimeoutStopUSec: '2min' },
      // A local repository needs no network.
      ...{ PrivateNetwork: 'yes', Wants: expect.stringContaining('network-online.target') },
    };
    for (const job of ['forget-nas', 'prune-nas', 'check-nas', 'backup-ledger', 'backup-dns']) {
      const isBackup = job.startsWith('backup-');
      const unit = await shown(machine, `stowage-lab-${job}.service`);
      expect({ job, ...unit }).toMatchObject({
        ...{ job, ...every, OnFailure: `stowage-lab-failure@stowage-lab-${job}.service` },
        ...{ ProtectHome: job === 'backup-ledger' ? 'read-only' : 'yes' },
        TimeoutStartUSec: isBackup ? '4h' : '1d',
        TemporaryFileSystem: isBackup ? '/backup:ro' : '',
        CapabilityBoundingSet: isBackup ? 'cap_dac_read_search' : '',
        RequiresMountsFor: expect.stringContaining('/srv/restic nas'),
      });
      const exposure = await machine.run(
        `systemd-analyze security --no-pager --threshold=20 stowage-lab-${job}.service >/dev/null`,
        { allowFail: true },
      );
      expect([job, exposure.code]).toEqual([job, 0]);
      for (const source of job === 'backup-ledger'
        ? [BOOKS]
        : job === 'backup-dns'
          ? Object.values(DNS)
          : []) {
        // systemd prints it quoted.
        expect(unit.RequiresMountsFor).toContain(source.replace('$', '\\$'));
      }
    }
    // What tells people is outside of it: a mail needs a setuid program and the queue of the mail server.
    expect(await shown(machine, 'stowage-lab-failure@x.service')).toMatchObject({
      ...{ Type: 'oneshot', User: '', NoNewPrivileges: 'no', ProtectSystem: 'no', TimeoutStartUSec: '1h' },
    });
    const places = '/etc/stowage/on-failure.d /usr/local/lib/stowage /var/cache/stowage /srv/restic?nas';
    expect((await machine.run(`stat -c '%a %U %n' ${places}`)).stdout.split('\n')).toEqual([
      ...['755 root /etc/stowage/on-failure.d', '755 root /usr/local/lib/stowage'],
      ...['700 restic /var/cache/stowage', '700 restic /srv/restic nas', ''],
    ]);
  });

  test('no job makes a repository: without one it fails, and the failure is reported', async () => {
    await machine.write(
      '/etc/stowage/on-failure.d/tell',
      '#!/bin/sh\necho "$1" >>/var/cache/stowage/told\n',
      '755',
    );
    const failed = await machine.run('systemctl start stowage-lab-backup-ledger.service', {
      allowFail: true,
    });
    expect(failed.code).not.toBe(0);
    const journal = await machine.run(
      'journalctl --sync; journalctl -o cat -u stowage-lab-backup-ledger.service',
    );
    expect(journal.stdout).toContain('status=10');
    expect(journal.stdout).not.toContain('knocking again');
    await machine.run(
      'for i in $(seq 50); do [ -e /var/cache/stowage/told ] && exit 0; sleep 0.1; done; ' +
        'journalctl --no-pager -u "stowage-lab-failure@*"; exit 1',
    );
    expect(await machine.read('/var/cache/stowage/told')).toBe('stowage-lab-backup-ledger\n');
    expect((await machine.run('find /srv/restic*nas -type f | wc -l')).stdout).toBe('0\n');
  });

  test('a person makes it, with the printed command', async () => {
    const page = readFileSync(path.join(project.rendered, 'runbooks/repositories/nas.md'), 'utf8');
    await machine.run(runbookCommands(page, 'Make it, once'));
  });

  test('the timer runs the job when it is due, once, also after the machine was off', async () => {
    const stamp = '/var/lib/systemd/timers/stamp-stowage-lab-backup-ledger.timer';
    await machine.run('systemctl stop stowage-lab-backup-ledger.timer');
    await machine.run(`mkdir -p "$(dirname ${stamp})" && touch -d '3 days ago' ${stamp}`);
    const started = 'systemctl show -P ExecMainStartTimestampMonotonic stowage-lab-backup-ledger.service';
    const before = (await machine.run(started)).stdout;
    await machine.run('systemctl start stowage-lab-backup-ledger.timer');
    await machine.run(
      `until [ "$(${started})" != ${before.trim()} ]; do sleep 0.1; done; ` +
        'while [ "$(systemctl show -P ActiveState stowage-lab-backup-ledger.service)" = activating ]; do sleep 0.1; done',
      { timeout: 30 },
    );
    // The queue notes last that the job has run.
    await machine.run(`while systemctl --quiet is-active ${queued('backup-ledger')}; do sleep 0.1; done`);
    await machine.run('systemctl restart stowage-lab-backup-ledger.timer; sleep 1');
    expect(await snapshots('ledger')).toMatchObject([
      {
        hostname: 'ledger',
        tags: ['service:ledger'],
        paths: ['/backup/ledger/attic', '/backup/ledger/books'],
      },
    ]);
    const saved = (await restic('ls latest --tag service:ledger')).stdout;
    expect(saved).toContain('/backup/ledger/books/plain\n');
    expect(saved).not.toMatch(/scratch\.tmp|books\/\$HOME %n/);
    await machine.run(['sh', '-euc', `cd "$1"; rm scratch.tmp '$HOME %n'; ${SET_TIME}`, 'sh', BOOKS]);
  });

  test('restic runs as its own user, and cannot write what it reads', async () => {
    const show = (property: string) =>
      machine
        .run(`systemctl show -P ${property} stowage-lab-backup-ledger.service`)
        .then(({ stdout }) => stdout.trim());
    expect(await show('User')).toBe('restic');
    expect(await show('AmbientCapabilities')).toBe('cap_dac_read_search');
    const intruder = await machine.run(
      'systemctl cat stowage-lab-backup-ledger.service >/dev/null; sed \'s#^ExecStart=/usr.*#ExecStart=/bin/sh -c "cat /backup/ledger/books/.hidden \\&\\& ! touch /backup/ledger/books/x"#; /^  --\\|^  .backup\\|^  "/d\' ' +
        '/etc/systemd/system/stowage-lab-backup-ledger.service >/etc/systemd/system/probe.service && systemctl daemon-reload && systemctl start probe.service',
      { allowFail: true },
    );
    expect([intruder.code, intruder.stderr]).toEqual([0, '']);
  });

  describe('after the data is gone', () => {
    let before: Manifest;

    beforeAll(async () => {
      before = await manifest(machine, BOOKS);
      expect(before.size).toBeGreaterThan(20);
      await machine.run([
        'sh',
        '-euc',
        'find "$1" -mindepth 1 -delete; chmod 700 "$1"; chown 0:0 "$1"',
        'sh',
        BOOKS,
      ]);
    });

    test('the next job refuses to record the loss', async () => {
      const failed = await machine.run('systemctl start stowage-lab-backup-ledger.service', {
        allowFail: true,
      });
      expect(failed.code).not.toBe(0);
      const journal = await machine.run('journalctl --no-pager -u stowage-lab-backup-ledger.service');
      expect(journal.stdout).toContain(`the source '${BOOKS}' is empty`);
      expect(await snapshots('ledger')).toHaveLength(1);
    });

    test('the runbook restores every byte, owner, mode, time, link, hole and attribute', async () => {
      await machine.run(runbook('Restore in place'));
      expect(differences(before, await manifest(machine, BOOKS))).toEqual([]);
    });

    test('so do the commands of the page for plain restic', async () => {
      const [latest] = await snapshots('ledger');
      const typed = (heading: string) => runbookCommands(page('ledger'), heading, latest?.id);
      const commands = `${typed('Reach the repository')}\n${typed('List and restore')}`;
      await machine.run(['sh', '-euc', `mkdir /root/plain; cd /root/plain\n${commands}`]);
      expect(differences(before, await manifest(machine, '/root/plain/restored/ledger/books'))).toEqual([]);
    });

    test('so does a new host, from its first command to its first restore and backup', async () => {
      const next = await boot('base', 'metal1-new');
      try {
        await next.copy(project.rendered, '/root/tree');
        await next.write('/etc/restic/password', 'a password\n', '600');
        const { stdout } = await machine.run("tar -C /srv -cf - 'restic nas' | base64 --wrap=0");
        const heading = 'The host is gone: baremetal on metal1';
        // The user restic is made by the installer, and the repository is on a disk that outlived the host.
        await next.run(`cd /root/tree\n${runbookCommands(page('ledger'), heading)}`);
        const unpack = 'base64 --decode | tar -C /srv -xf -; chown -R restic: /srv/restic*';
        await next.run(unpack, { input: stdout });
        await next.run(restoreCommands(page('ledger'), 'baremetal on metal1', /^Restore in place$/));
        expect(differences(before, await manifest(next, BOOKS))).toEqual([]);
        await next.run('mkdir -p /home/ledger/attic; systemctl start stowage-lab-backup-ledger.service');
      } finally {
        await next.stop();
      }
    });

    test('and aside, into a folder that is not there yet', async () => {
      await machine.run(runbook('Restore aside'));
      expect(
        differences(before, await manifest(machine, '/var/tmp/stowage-restore/lab/ledger/books')),
      ).toEqual([]);
    });
  });

  test('a missing source fails the job', async () => {
    await machine.run(`mv ${DNS.data} /srv/elsewhere`);
    const failed = await machine.run('systemctl start stowage-lab-backup-dns.service', { allowFail: true });
    expect(failed.code).not.toBe(0);
    await machine.run(`mv /srv/elsewhere ${DNS.data}`);
    await machine.run('systemctl start stowage-lab-backup-dns.service');
  });

  test('a service of the homelab comes back whole, but for what its contract leaves out', async () => {
    expect(await snapshots('dns')).toMatchObject([
      { hostname: 'dns', tags: ['service:dns'], paths: ['/backup/dns/config', '/backup/dns/data'] },
    ]);
    const folders = [await manifest(machine, DNS.config), await manifest(machine, DNS.data)];
    expect(folders[1]?.size).toBeGreaterThan(20);
    await machine.run(`rm -rf ${DNS.config} ${DNS.data}`);
    await machine.run([
      'sh',
      '-euxc',
      restoreCommands(page('dns'), 'baremetal on metal1', /^Restore in place$/),
    ]);
    const now = [await manifest(machine, DNS.config), await manifest(machine, DNS.data)];
    expect(folders.flatMap((was, index) => differences(was, now[index] ?? new Map()))).toEqual([
      '"querylog.json": lost',
    ]);
  });

  test('a restore deletes nothing; what the snapshot does not have is shown, then deleted, and no more than that', async () => {
    const place = 'baremetal on metal1';
    await machine.run(`cd ${DNS.data}; echo damaged >plain; mkdir -p new/er disk; echo x >new/er/file; echo x >querylog.json
      mount -t tmpfs stowage disk; echo precious >disk/precious; mkdir -p seldom; echo x >seldom/querylog.json`);
    await machine.run(['sh', '-euc', volumeCommands(page('dns'), place, 'Restore in place', 'data')]);
    await machine.run(`cd ${DNS.data}; grep -qx plain plain; cat new/er/file`);
    const shown = await machine.run([
      'sh',
      '-euc',
      volumeCommands(page('dns'), place, 'Show what is there besides', 'data'),
    ]);
    expect(shown.stdout.split('\n')).toEqual(['new/er/file', 'new/er', 'new', '']);
    await machine.run(['sh', '-euc', volumeCommands(page('dns'), place, 'Delete what was shown', 'data')]);
    await machine.run(`cd ${DNS.data}; cat disk/precious querylog.json seldom/querylog.json; [ ! -e new ]
      umount disk; rm -r disk seldom querylog.json; [ -z "$(find /srv/restic*nas ! -user restic)" ]`);
  });

  test('latest is never an incomplete snapshot, also before maintenance has settled it', async () => {
    await machine.run('systemctl start stowage-lab-backup-dns.service');
    const [older, newest] = (await snapshots('dns')).map(({ id }) => id).slice(-2);
    const marker = `backup --stdin --stdin-filename incomplete --host dns.incomplete --tag incomplete:${newest}`;
    await machine.run(`printf %s ${newest} | /usr/local/lib/stowage/lab/restic-nas.sh ${marker}`);
    const restore = (snapshot: string) =>
      machine.run(
        `/usr/local/lib/stowage/lab/restore-nas.sh ${snapshot} /backup/dns/config ${DNS.config} --host dns --tag service:dns --dry-run`,
      );
    const said = await restore('latest');
    expect(said.stderr).toContain(`passed over, because they are incomplete: ${newest?.slice(0, 8)}`);
    expect(said.stdout).toContain(`restoring snapshot ${older?.slice(0, 8)}`);
    expect((await restore(newest ?? '')).stderr).toContain('It is incomplete');
    const listed = await machine.run(
      '/usr/local/lib/stowage/lab/restic-nas.sh ls latest --host dns --tag service:dns',
    );
    expect(listed.stdout).toContain(`snapshot ${older?.slice(0, 8)}`);
    const [mark] = JSON.parse((await restic('snapshots --json --host dns.incomplete')).stdout) as [
      { id: string },
    ];
    await restic(`forget ${mark.id} ${newest}`);
  });

  test('forget keeps what the retention says, and nothing of another service is touched', async () => {
    for (let run = 0; run < 3; run += 1)
      await machine.run('systemctl start stowage-lab-backup-ledger.service');
    await restic('snapshots');
    expect(await snapshots('ledger')).toHaveLength(4);
    // One that fails is reported, and keeps no other from being done.
    const scripts = '/usr/local/lib/stowage/lab/forget/nas';
    await machine.run(`rm ${scripts}/dns.sh && echo 'exit 3' >${scripts}/a.sh`);
    const forget = await machine.run('systemctl start stowage-lab-forget-nas.service', { allowFail: true });
    await machine.run(`rm ${scripts}/a.sh`);
    expect(forget.code).not.toBe(0);
    expect(await snapshots('ledger')).toHaveLength(2);
    expect(await snapshots('dns')).toHaveLength(1);
    await machine.run('systemctl start stowage-lab-prune-nas.service stowage-lab-check-nas.service');
  });

  test('what the page of the repository prints works, and harms nothing', async () => {
    const page = readFileSync(path.join(project.rendered, 'runbooks/repositories/nas.md'), 'utf8');
    const before = (await restic('snapshots --json')).stdout;
    const type = async (heading: string) => machine.run(runbookCommands(page, heading));
    expect((await type('What is in it')).stdout).toContain('service:ledger');
    expect((await type('How long a recovery takes')).stdout).toMatch(/Total Size:[^]*Total Size:/);
    await type('A stale lock');
    expect((await type('It is damaged')).stdout).toContain('no errors were found');
    expect((await restic('snapshots --json')).stdout).toBe(before);
  });

  test('an installer refuses a restic that is too old, and changes nothing', async () => {
    await machine.write('/usr/local/bin/restic', '#!/bin/sh\necho restic 0.16.4 compiled\n', '755');
    const refused = await machine.run('/root/metal1/install.sh', { allowFail: true });
    await machine.run('rm /usr/local/bin/restic');
    expect(refused).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: expect.stringContaining('restic 0.16 is too old; these jobs need restic 0.17.0 or later'),
    });
  });

  test('installing again changes nothing but what was lost; a service that left the plan is removed', async () => {
    expect((await machine.run('/root/metal1/install.sh')).stdout).toBe(
      `install /usr/local/lib/stowage/lab/forget/nas/dns.sh\n${nothingToDo('metal1', { hook: true })}`,
    );
    expect((await machine.run('/root/metal1/install.sh')).stdout).toBe(nothingToDo('metal1', { hook: true }));
    await machine.run('cd /root/metal1 && rm systemd/stowage-lab-backup-dns.* bin/forget/nas/dns.sh');
    // Whatever the list says, what is not ours stays.
    const foreign = ['/root/mine', '/usr/local/lib/stowage/../../../../root/mine', '/usr/local/lib/mine'];
    await machine.run(
      `touch /root/mine /usr/local/lib/mine; printf '%s\\n' ${foreign.join(' ')} >>/var/lib/stowage/lab/installed/metal1`,
    );
    const dry = await machine.run('/root/metal1/install.sh --dry-run');
    expect(dry.stdout).toContain('remove /etc/systemd/system/stowage-lab-backup-dns.timer');
    await machine.run('systemctl is-active stowage-lab-backup-dns.timer');
    await machine.run('/root/metal1/install.sh');
    await machine.run('ls /root/mine /usr/local/lib/mine');
    expect((await machine.run('ls /etc/systemd/system')).stdout).not.toContain('backup-dns');
    expect((await machine.run('systemctl list-timers --all')).stdout).not.toContain('backup-dns');
  });

  test('uninstalling leaves the data, the credentials and the repository', async () => {
    await machine.run('/root/metal1/install.sh --uninstall');
    expect((await machine.run('find /etc/systemd/system /usr/local/lib -name "*stowage*"')).stdout).toBe('');
    await machine.run([
      'sh',
      '-euc',
      'test -e /etc/restic/password; test -e "/srv/restic nas/config"; test -e "$1/big"',
      'sh',
      BOOKS,
    ]);
  });
});
