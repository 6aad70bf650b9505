import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EARLY_ENDS, endEarly, expectNothingLeft } from './lib/end-early.js';
import { boot, type Machine } from './lib/machine.js';
import { newRestic } from './lib/new-restic.js';
import { exampleProject, render } from './lib/program.js';
import { restoreCommands } from './lib/runbook.js';
import { whileLocked } from './lib/locked.js';
import { EVERY_JOB, mistakes, queued, shown, timers } from './lib/units.js';

/** Half a day away: no timer fires by itself while the scenario runs. */
const HOUR = (new Date().getUTCHours() + 12) % 24;
const POLICY = `version: 1
project: lab
contracts: services/home-assistant/contract.yml
values: [group_vars/all.yml]
repositories:
  nas:
    url: /srv/restic
    maintenance: { host: pve1 }
defaults: { schedule: "40 ${HOUR} * * *", spread: 0m, retention: { keep_last: 1 } }
deployments: [{ runtime: proxmox, host: pve1, services: [home-assistant] }]
`;

/**
 * vzdump(1) and pct(1) are in no Debian suite. These do what the man pages say; /run/how chooses how it goes. A guest of
 * another node: exit code 0 and no output.
 */
const VZDUMP = `#!/bin/sh
[ "$(id -u)" = 0 ] && [ "$HOME" = /root ] && touch /etc/pve/lock || { echo 'please run as root' >&2; exit 255; }
echo "$*" >/run/vzdump.args
# What /etc/vzdump.conf says holds where nothing else is said.
out=/var/lib/vz/dump.tar compress=zstd
while [ "$#" -gt 0 ]; do
  case $1 in
    --dumpdir) out=$2/vzdump-lxc-120-2026_01_02-03_04_05.tar ;;
    --stdout) out=/dev/stdout ;;
    --compress) compress=$2 ;;
  esac
  shift
done
[ "$compress" = 0 ] || { echo "compressed with $compress"; exit 0; }
case $(cat /run/how) in
  elsewhere) exit 0 ;;
  partial) head -c 1000000 /srv/guest.tar > "$out"; exit 255 ;;
  hangs) cat /srv/guest.tar > "$out"; sleep 600 ;;
  *) cat /srv/guest.tar > "$out" ;;
esac
`;
const PCT = `#!/bin/sh
echo "$1" >>/run/pct.verbs
case $1 in
  status) cat /run/guest 2>/dev/null || echo 'status: running' ;;
  stop) echo 'status: stopped' >/run/guest ;;
  start) rm -f /run/guest ;;
  restore)
    case $2$* in 120*--force*) grep -q stopped /run/guest || { echo 'CT is running' >&2; exit 255; } ;; esac
    # The root user of an unprivileged guest unpacks it.
    setpriv --reuid=100000 --regid=100000 --clear-groups cat "$3" >/srv/restored.tar || exit 255
    echo "$*" >/srv/restored.args ;;
  exec) shift 3; mkdir -p /srv/inside; exec chroot /srv/inside "$@" ;;
esac
`;
/** Notes with which rights restic saves a stream. */
const RESTIC = `#!/bin/sh
case " $* " in
  *' --stdin-from-command '*) grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs)' /proc/self/status > /run/rights/restic ;;
esac
exec RESTIC "$@"
`;

const SNAPSHOT_PATH = '/backup/home-assistant/vzdump-lxc-120.tar';

interface Snapshot {
  readonly id: string;
  readonly tags: readonly string[];
  readonly paths: readonly string[];
  readonly hostname: string;
}

/** Home Assistant of the homelab: a guest whose recordings are a folder of the node. */
describe('a Proxmox host', () => {
  let machine: Machine;
  let rendered: string;
  const restic = (args: string) => machine.run(`/usr/local/lib/stowage/lab/restic-nas.sh ${args}`);
  const snapshots = async () =>
    JSON.parse((await restic('snapshots --json --tag service:home-assistant')).stdout) as Snapshot[];

  /** Starts the job of the guest; whether it succeeded, and what it says. */
  async function dump(how: string): Promise<{ ok: boolean; journal: string }> {
    await machine.write('/run/how', how);
    const { code } = await machine.run(
      // Starts follow each other faster here than systemd allows by default.
      'systemctl reset-failed; systemctl start stowage-lab-vzdump-home-assistant.service',
      { allowFail: true },
    );
    const journal = await machine.run(
      'journalctl --sync; journalctl -o cat _SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID stowage-lab-vzdump-home-assistant.service)',
    );
    return { ok: code === 0, journal: journal.stdout };
  }

  async function install(transfer: string): Promise<void> {
    const policy = `${POLICY}runtimes: { proxmox: { transfer: ${transfer}, dumpdir: /srv/dump } }\n`;
    const project = exampleProject(
      'homelab',
      {
        'services/home-assistant/contract.yml': {
          'retention: { keep_daily: 7, keep_weekly: 4 }': 'retention: { keep_last: 1 }',
        },
      },
      { 'stowage.yml': policy },
    );
    await render(project);
    rendered = project.rendered;
    await machine.copy(`${project.rendered}/hosts/pve1`, '/opt/pve1');
    await machine.run('/opt/pve1/install.sh && systemctl stop "stowage-*.timer"');
  }

  const useRestic = (program: string) =>
    machine.write('/usr/local/bin/restic', RESTIC.replace('RESTIC', program), '755');

  beforeAll(async () => {
    machine = await boot('base', 'pve1');
    await machine.copy(await newRestic(), '/opt/restic');
    await useRestic('/opt/restic');
    await machine.write('/usr/local/sbin/vzdump', VZDUMP, '755');
    await machine.write('/usr/local/sbin/pct', PCT, '755');
    await machine.write(
      '/etc/pve/lxc/120.conf',
      'rootfs: fast:vm-120-disk-0,size=8G\nmp0: /tank/recordings/home-assistant,mp=/tank/recordings/home-assistant\n',
    );
    await machine.write('/etc/restic/password', 'a password\n', '600');
    await machine.write('/tank/recordings/home-assistant/film', 'a film');
    await machine.run(`mkdir -p /srv/dump /srv/guest/etc/vzdump /srv/guest/var/lib/homeassistant; cd /srv/guest
      echo 'rootfs: fast:vm-120-disk-0,size=8G' > etc/vzdump/pct.conf; install -d -m 1777 /run/rights
      head -c 5000000 /dev/urandom > var/lib/homeassistant/data; chown 100:101 var/lib/homeassistant/data; tar --numeric-owner -cf /srv/guest.tar .`);
    await install('stream');
    await restic('init');
  });

  afterAll(async () => machine.stop());

  test('dumps a guest into restic, byte by byte, and its bind mount beside it', async () => {
    expect(await dump('well')).toMatchObject({ ok: true });
    await machine.run('systemctl start stowage-lab-backup-home-assistant.service');
    expect((await snapshots()).map(({ hostname, tags, paths }) => ({ hostname, tags, paths }))).toEqual([
      { hostname: 'home-assistant', tags: ['service:home-assistant', 'part:guest'], paths: [SNAPSHOT_PATH] },
      {
        hostname: 'home-assistant',
        tags: ['service:home-assistant'],
        paths: ['/backup/home-assistant/recordings'],
      },
    ]);
    await restic(`dump latest ${SNAPSHOT_PATH} --tag part:guest | cmp - /srv/guest.tar`);
  });

  test('is due when the policy says, and ends some day', async () => {
    const hour = String(HOUR).padStart(2, '0');
    const due = (job: string) => ({
      [`stowage-lab-${job}.timer`]: [queued(job), `*-*-* ${hour}:40:00 UTC`],
    });
    await machine.run('/opt/pve1/install.sh');
    expect(await timers(machine)).toMatchObject({
      ...due('vzdump-home-assistant'),
      ...due('backup-home-assistant'),
    });
    await machine.run('systemctl stop "stowage-*.timer"');
    expect(await mistakes(machine)).toBe('');
    expect(await shown(machine, 'stowage-lab-vzdump-home-assistant.service')).toMatchObject({
      ...{
        ...EVERY_JOB,
        NoNewPrivileges: 'no',
        TimeoutStartUSec: '5h',
        TimeoutStopUSec: '10min',
        KillSignal: '2',
      },
      // vzdump gives the guest's own root things to read.
      ...{ UMask: '0022', After: expect.stringContaining('pve-cluster.service') },
      RequiresMountsFor: expect.stringContaining('/srv/restic'),
    });
    expect(await machine.read('/run/vzdump.args')).toBe('120 --mode snapshot --compress 0 --stdout\n');
  });

  test('waits while another job has the repository for itself', async () => {
    const journal = await whileLocked(machine, '/srv/restic', async () => {
      await machine.run('systemctl start --no-block stowage-lab-vzdump-home-assistant.service');
      return machine.run(
        "until journalctl --sync && journalctl -u stowage-lab-vzdump-home-assistant -o cat | grep 'locked, waiting'; do sleep 0.1; done; systemctl stop stowage-lab-vzdump-home-assistant",
        { timeout: 20 },
      );
    });
    expect(journal.stdout).toContain('waiting up to 1h');
  });

  test.each(EARLY_ENDS)(
    'leaves no lock and no process when it %s, and saves nothing of half a dump',
    async (how) => {
      const unit = 'stowage-lab-vzdump-home-assistant.service';
      const before = await snapshots();
      await machine.write('/run/how', 'hangs');
      await machine.run(`systemctl reset-failed; systemctl start --no-block ${unit}
        until [ -n "$(find /srv/restic/locks -type f)" ]; do sleep 0.02; done`);
      await endEarly((command) => machine.run(command), unit, how);
      await expectNothingLeft(machine, '/srv/restic');
      expect(await snapshots()).toEqual(before);
    },
  );

  test('lets restic do nothing that only root may', async () => {
    const rights = await machine.read('/run/rights/restic');
    const uid = (await machine.run('id -u restic')).stdout.trim();
    expect(rights).toMatch(new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'));
    expect(rights).toMatch(/^CapEff:\t0+$/m);
    expect(rights).toMatch(/^CapBnd:\t0+$/m);
    expect(rights).toMatch(/^NoNewPrivs:\t1$/m);
    expect((await machine.run('find /srv/restic ! -user restic')).stdout).toBe('');
  });

  test('forgetting keeps the newest of the guest and the newest of the bind mount', async () => {
    expect(await dump('well')).toMatchObject({ ok: true });
    expect(await snapshots()).toHaveLength(3);
    await machine.run('systemctl start stowage-lab-forget-nas.service');
    expect((await snapshots()).map(({ paths }) => paths[0]).sort()).toEqual([
      '/backup/home-assistant/recordings',
      SNAPSHOT_PATH,
    ]);
  });

  test.each([
    ['elsewhere', 'vzdump gave nothing'],
    ['partial', 'vzdump failed for guest 120 (255)'],
  ])('fails, and saves nothing, when the dump is %s', async (how, message) => {
    const before = await snapshots();
    const { ok, journal } = await dump(how);
    expect({ ok, journal }).toEqual({ ok: false, journal: expect.stringContaining(message) });
    expect(await snapshots()).toEqual(before);
    const told = await machine.run('journalctl --sync; journalctl -o cat -u "stowage-lab-failure@*"');
    expect(told.stdout).toContain('stowage-lab-vzdump-home-assistant failed');
  });

  test('fails, and says why, when the guest lives elsewhere or has what vzdump leaves out', async () => {
    const before = await snapshots();
    await machine.run(
      'cp -a /etc/pve/lxc /root/lxc; mkdir -p /etc/pve/nodes/pve2; mv /etc/pve/lxc /etc/pve/nodes/pve2',
    );
    expect(await dump('well')).toEqual({
      ok: false,
      journal: expect.stringContaining('guest 120 lives on node pve2, not here'),
    });
    await machine.run(
      'rm -r /etc/pve/nodes; cp -a /root/lxc /etc/pve; echo "mp1: fast:vm-120-disk-1,mp=/var/lib/homeassistant" >>/etc/pve/lxc/120.conf',
    );
    expect(await dump('well')).toEqual({
      ok: false,
      journal: expect.stringContaining(
        "lies on the guest's mount point '/var/lib/homeassistant', which vzdump leaves out",
      ),
    });
    await machine.run('cp -a /root/lxc/. /etc/pve/lxc');
    expect(await snapshots()).toEqual(before);
  });

  test('restores the guest in place by the runbook, on the storage that it had, and its bind mount', async () => {
    // The newest snapshot of the service is not one of the guest.
    await machine.run('systemctl start stowage-lab-backup-home-assistant.service');
    await machine.run('rm -r /tank/recordings/home-assistant; rm -f /run/pct.verbs; echo well >/run/how');
    await machine.run(
      `mkdir -p /srv/inside/usr; ln -sfn usr/bin /srv/inside/bin; for d in usr lib lib64; do mkdir -p /srv/inside/$d; mount --rbind /$d /srv/inside/$d; done; mkdir -p /srv/inside/srv/recordings`,
    );
    const page = readFileSync(path.join(rendered, 'runbooks/home-assistant.md'), 'utf8');
    const commands = restoreCommands(page, 'proxmox on pve1', /^(?!.* aside$|Verify$|Look into a snap)/);
    await machine.run(['sh', '-euxc', `cd /root\n${commands}`]);
    await machine.run('cmp /srv/restored.tar /srv/guest.tar');
    await machine.run('cmp /srv/inside/var/lib/homeassistant/data /srv/guest/var/lib/homeassistant/data');
    expect(await machine.read('/tank/recordings/home-assistant/film')).toBe('a film');
    expect(await machine.read('/srv/restored.args')).toMatch(/^restore 120 \S+ --storage fast --force\n$/);
    expect(
      (await machine.read('/run/pct.verbs'))
        .split('\n')
        .filter((verb) => /stop|restore|start|exec/.test(verb))
        .slice(0, 4),
    ).toEqual(['stop', 'restore', 'start', 'exec']);
    expect((await machine.run('ls -A /srv/dump')).stdout).toBe('');
  });

  test('restic 0.18.0, which Debian 13 has, saves the same; old and new snapshots come back by one command', async () => {
    const [old] = (await snapshots()).filter(({ tags }) => tags.includes('part:guest'));
    await useRestic('/usr/bin/restic');
    expect((await machine.run('/usr/bin/restic version')).stdout).toContain('restic 0.18.0 ');
    expect(await dump('well')).toMatchObject({ ok: true });
    expect((await snapshots()).at(-1)).toMatchObject({
      ...{ hostname: 'home-assistant', tags: ['service:home-assistant', 'part:guest'] },
      paths: ['/vzdump-lxc-120.tar'],
    });
    expect((await dump('partial')).ok).toBe(false);
    for (const id of [old?.id ?? '', 'latest']) {
      await machine.run(
        `/usr/local/lib/stowage/lab/restore-guest-home-assistant.sh ${id} - | cmp - /srv/guest.tar`,
      );
      await machine.run('rm -f /srv/restored.tar; echo "status: stopped" >/run/guest');
      await machine.run(
        `/usr/local/lib/stowage/lab/restore-guest-home-assistant.sh ${id} 120 --force && cmp /srv/restored.tar /srv/guest.tar`,
      );
    }
    // Retention sees one history.
    await machine.run('systemctl start stowage-lab-forget-nas.service');
    const kept = (await snapshots()).filter(({ tags }) => tags.includes('part:guest'));
    expect(kept.map(({ paths }) => paths)).toEqual([['/vzdump-lxc-120.tar']]);
  });

  describe('by dump directory, with restic 0.18.0', () => {
    beforeAll(async () => install('dumpdir'));

    test('saves the same under the same path, and cleans up', async () => {
      expect(await dump('well')).toMatchObject({ ok: true });
      const [newest] = (await snapshots()).slice(-1);
      expect(newest).toMatchObject({
        tags: ['service:home-assistant', 'part:guest'],
        paths: [SNAPSHOT_PATH],
      });
      await restic(`dump latest ${SNAPSHOT_PATH} --tag part:guest | cmp - /srv/guest.tar`);
      expect((await machine.run('ls -A /srv/dump; mount | grep /backup || true')).stdout).toBe('');
    });

    test.each(['elsewhere', 'partial'])(
      'fails, saves nothing and cleans up when the dump is %s',
      async (how) => {
        const before = await snapshots();
        expect(await dump(how)).toMatchObject({ ok: false });
        expect(await snapshots()).toEqual(before);
        expect((await machine.run('ls -A /srv/dump')).stdout).toBe('');
      },
    );

    test('cleans up when it is killed', async () => {
      await machine.write('/run/how', 'hangs');
      await machine.run(`systemctl reset-failed; systemctl start --no-block stowage-lab-vzdump-home-assistant.service
        until ls /srv/dump/*/*.tar; do sleep 0.05; done; systemctl kill --kill-whom=main --signal=KILL stowage-lab-vzdump-home-assistant.service
        until systemctl is-failed --quiet stowage-lab-vzdump-home-assistant.service; do sleep 0.05; done`);
      expect((await machine.run('ls -A /srv/dump')).stdout).toBe('');
    });
  });
});
