import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { guestRestore } from '../../../src/runtimes/proxmox/restore.js';
import { jobIndex } from '../../../src/lookup/job-index.js';
import { protection } from '../../../src/targets/protection.js';
import { planOf, policyOf } from '../../support/project.js';
import { APP, renderHost } from './rendered.js';
import { Node } from './stand-ins.js';

const DEPLOYED = 'deployments: [{ runtime: proxmox, host: pve1, services: [app] }]\n';

describe('what a Proxmox host gets', () => {
  const BOUND = APP.replace('{ name: data, target', '{ name: data, host_path: /srv/app, target');

  test('the guest and its bind mount are two jobs', () => {
    const files = renderHost();
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        'bin/vzdump-restic-app.sh',
        'bin/restore-guest-app.sh',
        'systemd/stowage-lab-vzdump-app.service',
        'systemd/stowage-lab-vzdump-app.timer',
        'systemd/stowage-lab-backup-app.service',
        'install.sh',
        'bin/restic-main.sh',
      ]),
    );
    const job = files['systemd/stowage-lab-backup-app.service'] ?? '';
    expect(job).toContain('/srv/media:/backup/app/media');
    expect(job).not.toContain('/var/lib/app');
    expect(job).not.toContain('part:guest');
  });

  test('a guest without bind mounts has no job of the host, but all that its own needs', () => {
    const files = renderHost('', APP.replace(', host_path: /srv/media', ''));
    expect(Object.keys(files)).not.toContain('systemd/stowage-lab-backup-app.service');
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['install.sh', 'bin/restic-main.sh']));
  });

  test('a service of bind mounts only has no dump', () => {
    expect(Object.keys(renderHost('', BOUND)).filter((path) => path.includes('vzdump'))).toEqual([]);
  });

  test('a bind mount that lies inside the guest is in its dump, and no folder of the host', () => {
    const inside = 'backup: { volumes: { data: { runtimes: { proxmox: { location: guest } } } } }\n';
    const files = renderHost('', `${BOUND}${inside}`);
    expect(files['systemd/stowage-lab-backup-app.service']).toContain('/srv/media:/backup/app/media');
    expect(files['systemd/stowage-lab-backup-app.service']).not.toContain('/srv/app');
    expect(files['bin/vzdump-restic-app.sh']).toContain('  needs /var/lib/app\n');
    expect(files['bin/vzdump-restic-app.sh']).not.toContain('needs /srv');
  });

  test('a guest that is to be dumped beside its bind mounts has both jobs, and can be restored', () => {
    const text = `${BOUND}backup: { dump_guest: true }\n`;
    const files = renderHost('', text);
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        'systemd/stowage-lab-backup-app.service',
        'systemd/stowage-lab-vzdump-app.service',
        'bin/restore-guest-app.sh',
      ]),
    );
    expect(files['systemd/stowage-lab-backup-app.service']).toContain('/srv/app:/backup/app/data');
    expect(files['bin/vzdump-restic-app.sh']).toContain('vzdump-lxc-120.tar');
    const { plan } = planOf(policyOf(DEPLOYED), text);
    const [service] = plan.services;
    const [placement] = service?.placements ?? [];
    if (service === undefined || placement === undefined) throw new Error('nothing planned');
    expect(placement.volumes.map((volume) => protection(plan, service, placement, volume))).toEqual([
      'backed up',
      'backed up',
    ]);
    expect(
      jobIndex(plan)
        .at('app', placement)
        .map(({ kind }) => kind),
    ).toEqual(['backup', 'guest-dump']);
    expect(guestRestore('lab', service, placement)).toMatchObject({ volumes: [] });
  });

  test('the installer names each folder of the host that a job reads', () => {
    expect(renderHost()['install.sh']).toContain(`[ -e "$root"/srv/media ] || say 'NOTE: backups of' app`);
  });

  test('a waived volume is neither dumped for nor looked for in the guest', () => {
    const waived = `${APP}backup: { volumes: { data: { enabled: false, reason: cache } } }\n`;
    expect(Object.keys(renderHost('', waived)).filter((path) => path.includes('vzdump'))).toEqual([]);
  });

  test('the job is root for vzdump alone, and cleans its dump directory however it ends', () => {
    const unit = renderHost('runtimes: { proxmox: { transfer: dumpdir, dumpdir: /mnt/nfs/dump } }\n')[
      'systemd/stowage-lab-vzdump-app.service'
    ];
    expect(unit).toContain('\nUser=restic\n');
    expect(unit).toContain('\nExecStart=!/usr/local/lib/stowage/lab/vzdump-restic-app.sh\n');
    expect(unit).toContain('\nExecStopPost=!/usr/local/lib/stowage/lab/vzdump-restic-app.sh clean\n');
    expect(unit).toContain('\nRequiresMountsFor=/mnt/nfs/dump\n');
    expect(unit).toContain('\nOnFailure=stowage-lab-failure@%N.service\n');
  });

  test.each([
    // What the contract gives it, and the hour for which it may wait for a lock.
    ['TimeoutStartSec', '780min'],
    // vzdump takes its snapshot away, and restic its lock; only the script is told, and tells both.
    ['KillMode', 'mixed'],
    ['KillSignal', 'SIGINT'],
    ['TimeoutStopSec', '10min'],
    ['ProtectSystem', 'yes'],
    ['PrivateMounts', 'yes'],
    ['Nice', '10'],
    ['IOSchedulingClass', 'idle'],
  ])('the job has %s=%s', (key, value) => {
    const unit = renderHost()['systemd/stowage-lab-vzdump-app.service'] ?? '';
    expect(unit.split('\n').filter((line) => line.startsWith(`${key}=`))).toEqual([`${key}=${value}`]);
  });
});

describe('a guest that nobody can name', () => {
  const anonymous = APP.replace('service_container: { vmid: 120 }\n', '');

  test('is an error where it is deployed', () => {
    const { diagnostics } = planOf(policyOf(DEPLOYED), anonymous);
    expect(diagnostics.map(({ code, severity, message }) => [code, severity, message])).toEqual([
      ['STW406', 'error', '`data` lies inside a Proxmox guest, but the contract does not say which'],
    ]);
  });

  test('is a warning without deployments; its bind mounts are still backed up, and the table says what is not', () => {
    const { plan, diagnostics } = planOf(policyOf(), anonymous);
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['warning STW406']);
    const files = Object.keys(renderHost('', anonymous, ''));
    expect(files).toContain('systemd/stowage-lab-backup-app.service');
    expect(files.filter((path) => path.includes('vzdump'))).toEqual([]);
    const [service] = plan.services;
    const placement = service?.placements[0];
    if (service === undefined || placement === undefined) throw new Error('no place');
    expect(placement.volumes.map((volume) => protection(plan, service, placement, volume))).toEqual([
      'not backed up',
      'backed up',
    ]);
  });

  test('is no matter when everything is bind-mounted', () => {
    const bound = anonymous.replace('{ name: data, target', '{ name: data, host_path: /srv/app, target');
    expect(planOf(policyOf(DEPLOYED), bound).diagnostics.filter(({ code }) => code === 'STW406')).toEqual([]);
  });
});

test.each([
  [99, ['error STW560']],
  [100, []],
  [999_999_999, []],
])('the number %s', (vmid, expected) => {
  const { diagnostics } = planOf(policyOf(DEPLOYED), APP.replace('120', String(vmid)));
  expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual(expected);
});

test('a guest that is only another runtime’s service may have any number', () => {
  const contract = APP.replace('120', '5').replace('proxmox: a', 'docker: a');
  expect(planOf(policyOf(), contract).diagnostics.filter(({ code }) => code === 'STW560')).toEqual([]);
});

test('two services that claim one guest', () => {
  const policy = policyOf('deployments: [{ runtime: proxmox, host: pve1, services: [app, other] }]\n');
  const other = APP.replace('service_id: app', 'service_id: other').replaceAll('/srv/media', '/srv/other');
  expect(planOf(policy, APP, other).diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
    'error STW304',
  ]);
});

describe('restoring', () => {
  let node: Node;
  beforeEach(() => {
    node = new Node(Buffer.from('dump'));
  });
  afterEach(() => {
    node.remove();
  });

  const script = () =>
    renderHost('runtimes: { proxmox: { dumpdir: /dump/dir } }\n')['bin/restore-guest-app.sh'] ?? '';
  /** A dump whose configuration names a storage, as restic gives it. */
  const SNAPSHOTS = JSON.stringify({
    time: '2001-02-03T04:05:06Z',
    hostname: 'app',
    tags: ['service:app', 'part:guest'],
    paths: ['/backup/app/vzdump-lxc-120.tar'],
    id: '5'.repeat(64),
  });
  const withDump = (through = 'cat', at = '/backup/app/vzdump-lxc-120.tar') =>
    node.program(
      'restic-main.sh',
      `#!/bin/sh
echo "restic-main $*" >> "$CALLS"
if [ "$1" = snapshots ]; then printf '%s\\n' '[${SNAPSHOTS}]'; exit; fi
if [ "$1" = ls ]; then printf '{"type":"file","path":"${at}"}\\n'; exit; fi
mkdir -p "$TMPDIR/x/etc/vzdump"; cd "$TMPDIR/x"
printf 'arch: amd64\\nrootfs: fast-zfs:subvol-120-disk-0,size=8G\\n[old]\\nrootfs: slow:x\\n' > etc/vzdump/pct.conf
tar -b 2 -cf - ./etc | ${through}
`.replaceAll('$TMPDIR', node.folder),
    );

  test('in place: the storage of the root disk, from the dump itself', () => {
    withDump();
    const { code, calls } = node.run(script(), { args: ['latest', '120', '--force'] });
    expect(code).toBe(0);
    expect(calls).toContain(`restic-main dump ${'5'.repeat(64)} /backup/app/vzdump-lxc-120.tar\n`);
    expect(calls).toMatch(/pct restore 120 \S+\/vzdump-lxc-120\.tar --storage fast-zfs --force/);
    expect(node.leftOver()).toEqual([]);
    expect(node.read('RESTORED')?.length).toBeGreaterThan(0);
  });

  test('from the top of the snapshot, where restic 0.18.0 puts it; `-` only writes it', () => {
    withDump('cat', '/vzdump-lxc-120.tar');
    const { code, calls } = node.run(script(), { args: ['latest', '120', '--force'] });
    expect(code).toBe(0);
    expect(calls).toContain(`restic-main dump ${'5'.repeat(64)} /vzdump-lxc-120.tar\n`);
    const written = node.run(script(), { args: ['latest', '-'] });
    expect(written).toMatchObject({ code: 0, stdout: expect.stringContaining('rootfs: fast-zfs') });
    expect(written.calls).not.toContain('pct');
  });

  test('not when the guest runs, is to be started at once, or the dump is cut off', () => {
    withDump();
    node.program('pct', '#!/bin/sh\necho "pct $*" >> "$CALLS"; echo "status: running"\n');
    const running = node.run(script(), { args: ['latest', '120', '--force'] });
    expect([running.code, running.stderr]).toEqual([
      1,
      expect.stringContaining('stop it first: pct stop 120'),
    ]);
    const started = node.run(script(), { args: ['latest', '120', '--force', '--start', '1'] });
    expect([started.code, started.stderr]).toEqual([
      2,
      expect.stringContaining('restore that first, then: pct start 120'),
    ]);
    expect(`${running.calls}${started.calls}`).not.toMatch(/ dump |pct restore/);
    for (const cut of ['head -c 2000', 'head -c 2048']) {
      withDump(cut);
      const { code, stderr, calls } = node.run(script(), { args: ['latest', 'new'] });
      expect([code, stderr]).toEqual([1, expect.stringContaining('is cut off')]);
      expect(calls).not.toContain('pct restore');
      expect(node.leftOver()).toEqual([]);
    }
  });

  test('as a new guest, on a storage of one’s choice', () => {
    withDump();
    const { calls } = node.run(script(), { args: ['55555555', 'new', '--storage', 'other'] });
    expect(calls).toMatch(/pct restore 101 \S+\.tar --unique 1 --storage other\n/);
  });

  test('a snapshot that cannot be read restores nothing', () => {
    node.program('restic-main.sh', '#!/bin/sh\nexit 1\n');
    const { code, calls } = node.run(script(), { args: ['latest', '120', '--force'] });
    expect(code).not.toBe(0);
    expect(calls).not.toContain('pct restore');
    expect(node.leftOver()).toEqual([]);
  });

  test('the runbook’s commands', () => {
    const { plan } = planOf(policyOf(DEPLOYED), APP);
    const service = plan.services[0];
    const placement = service?.placements[0];
    if (service === undefined || placement === undefined) throw new Error('the plan has no placement');
    expect(jobIndex(plan).at(service.service_id, placement)).not.toEqual([]);
    const guide = guestRestore('lab', service, placement);
    const lines = (pipelines = guide?.list ?? []) =>
      pipelines.map((pipeline) => pipeline.map((command) => command.join(' ')).join(' | '));
    const filter = '--host app --tag service:app,part:guest';
    const dump = '/usr/local/lib/stowage/lab/restore-guest-app.sh latest -';
    expect(lines()).toEqual([`/usr/local/lib/stowage/lab/restic-main.sh snapshots ${filter}`]);
    expect(lines(guide?.in_place)).toEqual([
      '/usr/local/lib/stowage/lab/restore-guest-app.sh latest 120 --force',
    ]);
    expect(lines(guide?.volumes[0]?.aside)).toEqual([
      'mkdir --parents /var/tmp/stowage-restore/lab/app',
      `${dump} | tar --extract --preserve-permissions --numeric-owner --file=- --directory=/var/tmp/stowage-restore/lab/app ./var/lib/app`,
    ]);
    expect(lines(guide?.volumes[0]?.in_place)).toEqual([
      `${dump} | pct exec 120 -- tar --extract --preserve-permissions --numeric-owner --file=- --directory=/ ./var/lib/app`,
    ]);
    expect(guide?.volumes.map(({ volume }) => volume)).toEqual(['data']);
  });
});
