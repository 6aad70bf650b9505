import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { expectNoDamage, failsWith } from './lib/aftermath.js';
import { exampleContracts } from './lib/examples.js';
import { Jobs } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';

/** Half a day away: no timer fires by itself while the scenario runs. */
const REPOSITORY = '/srv/restic';
const SMALL = '/srv/small';
const VOLUMES = '/var/lib/containers/storage/volumes';
const JELLYFIN = `${VOLUMES}/systemd-jellyfin-config/_data`;

const POLICY = `version: 1
project: lab
contracts: services/*/contract.yml
repositories:
  main:
    url: ${REPOSITORY}
    environment_file: /etc/restic/main.env
    maintenance: { host: faults }
    forget: ${AWAY}
    prune: ${AWAY}
    check: { schedule: ${AWAY} }
  small: { url: ${SMALL}, maintenance: { host: elsewhere } }
  offsite: { url: 'rest:http://127.0.0.1:8000/', maintenance: { host: elsewhere } }
defaults:
  repository: main
  schedule: ${AWAY}
  spread: 0m
  retry_lock: 0m
  retention: { keep_last: 2 }
deployments:
  - { runtime: baremetal, host: faults, services: [dns] }
  - { runtime: podman, host: faults, services: [wiki, jellyfin, forgejo, vaultwarden] }
  - { runtime: docker, host: faults, services: [postgres] }
`;

const CONTRACTS = exampleContracts({
  wiki: {},
  dns: {},
  jellyfin: {},
  postgres: {
    accept_incomplete: 'true',
    volumes: '{ data: { enabled: false, reason: no server runs here } }',
  },
  forgejo: { repository: 'small', timeout: '1m' },
  vaultwarden: {
    timeout: '1m',
    volumes: '{ data: { podman_volume: vault }, attachments: { allow_empty: true } }',
  },
});

/** The disk of `dns`; its folder holds something old of its own below the mount, as happens when it was once not mounted. */
const DISK = 'var-lib-adguardhome.mount';
const DISK_UNIT = `[Mount]\nWhat=/srv/device\nWhere=/var/lib/adguardhome\nType=none\nOptions=bind\n`;

function dropIn(unit: string, lines: string): string {
  const folder = `/etc/systemd/system/${unit}.d`;
  return `mkdir -p ${folder}; printf '${lines}\\n' >${folder}/broken.conf; systemctl daemon-reload`;
}

function removeDropIn(unit: string): string {
  return `rm -r /etc/systemd/system/${unit}.d; systemctl daemon-reload; systemctl reset-failed`;
}

/** Podman cannot rename a volume: people make another one and copy. */
function renameVolume(from: string, to: string): string {
  return `podman volume create ${to}; cp -a ${VOLUMES}/${from}/_data/. ${VOLUMES}/${to}/_data; podman volume rm ${from}`;
}
const RENAMED = renameVolume('systemd-jellyfin-config', 'jellyfin');
const RENAMED_BACK = renameVolume('jellyfin', 'systemd-jellyfin-config');

const WIKI = 'stowage-lab-backup-wiki.service';

/** What can be wrong when a job starts: how it comes about, how it is mended, and what the hook must be told. */
const FAULTS: readonly [what: string, job: string, breaks: string, mends: string, why: string][] = [
  [
    'one of its sources is missing',
    'wiki',
    'mv /srv/wiki/conf /srv/wiki/c',
    'mv /srv/wiki/c /srv/wiki/conf',
    "the source '/srv/wiki/conf' does not exist",
  ],
  [
    'one of its sources is missing, and nothing checks it any more',
    'wiki',
    `mv /srv/wiki/conf /srv/wiki/c; ${dropIn(WIKI, '[Service]\\nExecStartPre=')}`,
    `mv /srv/wiki/c /srv/wiki/conf; ${removeDropIn(WIKI)}`,
    "the source '/srv/wiki/conf' does not exist",
  ],
  [
    'one of its sources is missing, and the journal reads its words when the job has ended',
    'wiki',
    'mv /srv/wiki/conf /srv/wiki/c; systemctl kill --signal=STOP systemd-journald; systemd-run --quiet --on-active=3 systemctl kill --signal=CONT systemd-journald',
    'mv /srv/wiki/c /srv/wiki/conf',
    "the source '/srv/wiki/conf' does not exist",
  ],
  [
    'one of its sources is empty',
    'wiki',
    // As a new disk is.
    'mv /srv/wiki/conf /srv/wiki/c; mkdir -p /srv/wiki/conf/lost+found',
    'rm -r /srv/wiki/conf; mv /srv/wiki/c /srv/wiki/conf',
    "the source '/srv/wiki/conf' is empty; is its file system mounted?",
  ],
  [
    'the file system of the source cannot be mounted',
    'dns',
    `systemctl stop ${DISK}; ${dropIn(DISK, '[Mount]\\nWhat=/srv/device\\nOptions=\\nType=nosuchfs')}`,
    removeDropIn(DISK),
    'Dependency failed for stowage-lab-backup-dns.service',
  ],
  [
    'the volume has another name now',
    'jellyfin',
    RENAMED,
    RENAMED_BACK,
    `the source '${JELLYFIN}' does not exist`,
  ],
  [
    'the volume has another name now, and its old folder is still full',
    'jellyfin',
    `${RENAMED}; mkdir -p ${JELLYFIN}; echo old >${JELLYFIN}/old`,
    `rm -r ${JELLYFIN}; rmdir ${JELLYFIN.replace('/_data', '')}; ${RENAMED_BACK}`,
    "podman does not know the volume 'systemd-jellyfin-config'",
  ],
  [
    'the folder of the repository is missing',
    'wiki',
    `mv ${REPOSITORY} ${REPOSITORY}.gone`,
    `mv ${REPOSITORY}.gone ${REPOSITORY}`,
    `${REPOSITORY}: No such file or directory`,
  ],
  [
    'the repository is missing',
    'wiki',
    `mv ${REPOSITORY} ${REPOSITORY}.gone; install -d -o restic ${REPOSITORY}`,
    `rmdir ${REPOSITORY}; mv ${REPOSITORY}.gone ${REPOSITORY}`,
    'repository does not exist',
  ],
  [
    'the password is wrong',
    'wiki',
    'echo wrong >/etc/restic/password',
    "echo 'a password' >/etc/restic/password",
    'wrong password or no key found',
  ],
  [
    'the password file is missing',
    'wiki',
    'mv /etc/restic/password /etc/restic/p',
    'mv /etc/restic/p /etc/restic/password',
    'Failed to set up credentials',
  ],
  [
    'the environment file is missing',
    'wiki',
    'mv /etc/restic/main.env /etc/restic/m',
    'mv /etc/restic/m /etc/restic/main.env',
    'Failed to load environment files: No such file or directory',
  ],
  [
    'a file cannot be read',
    'wiki',
    // Only who may trace process 1 opens this one, whatever may be read otherwise.
    'touch /srv/wiki/data/broken; mount --bind /proc/1/mem /srv/wiki/data/broken',
    'umount /srv/wiki/data/broken; rm /srv/wiki/data/broken',
    'at least one source file could not be read',
  ],
];

describe('a job that cannot do its work', () => {
  let machine: Machine;
  let jobs: Jobs;

  beforeAll(async () => {
    machine = await boot('engines', 'faults', { disks: ['/var/lib/containers'] });
    const project = makeProject({ 'stowage.yml': POLICY, ...CONTRACTS });
    await render(project);
    await machine.run(`
      for volume in systemd-jellyfin-config systemd-data vault systemd-attachments; do
        podman volume create $volume && echo $volume >${VOLUMES}/$volume/_data/file || exit
      done
      for folder in /srv/wiki/data /srv/wiki/conf /srv/postgres/init /etc/adguardhome /var/lib/adguardhome /srv/device; do
        mkdir -p $folder && echo $folder >$folder/file || exit
      done
      mkdir -p ${SMALL} /etc/restic && mount -t tmpfs -o size=40m tmpfs ${SMALL} && echo A=b >/etc/restic/main.env`);
    await machine.write(`/etc/systemd/system/${DISK}`, DISK_UNIT);
    jobs = await Jobs.install(machine, project, 'faults');
    for (const repository of ['main', 'small']) await jobs.init(repository);
    for (const service of ['wiki', 'dns', 'jellyfin', 'forgejo']) {
      expect(await jobs.start(`backup-${service}`)).toMatchObject({ ok: true, told: [] });
    }
  });

  afterAll(async () => machine.stop());

  describe('says why, tells somebody, records nothing, and works again when', () => {
    test.each(FAULTS)('%s', async (what, service, breaks, mends, why) => {
      const before = await jobs.snapshotIds(REPOSITORY);
      await machine.run(breaks);
      expect(await jobs.start(`backup-${service}`)).toMatchObject(failsWith(`backup-${service}`, why));
      await machine.run(mends);
      // A backup that lacks a file is recorded, but does not count as one.
      const recorded = await jobs.snapshotIds(REPOSITORY);
      if (what !== 'a file cannot be read') expect(recorded).toEqual(before);
      await expectNoDamage(jobs, `backup-${service}`, REPOSITORY, recorded);
    });

    /** What restic itself would wait for, for long or (0.18, local and full) for ever: the job's time-out ends it. */
    describe('the time-out has ended it, because', () => {
      let before: string[];
      let told: readonly string[];
      const why = new Map<string, string>();

      beforeAll(async () => {
        before = await jobs.snapshotIds(SMALL);
        await machine.run(
          `head -c 60M /dev/urandom >${VOLUMES}/systemd-data/_data/big; rm -f /var/cache/stowage/told`,
        );
        await machine.run(
          'systemctl start --no-block stowage-lab-backup-forgejo stowage-lab-backup-vaultwarden',
        );
        for (const job of ['backup-forgejo', 'backup-vaultwarden']) {
          expect(await jobs.end(job)).toMatchObject({ ok: false });
          why.set(job, await jobs.why(job));
        }
        told = await jobs.told();
      });

      test('the repository is full', async () => {
        expect(told).toContain('stowage-lab-backup-forgejo');
        expect(why.get('backup-forgejo')).toContain('no space left on device');
        expect(await jobs.snapshotIds(SMALL)).toEqual(before);
        await machine.run(`rm ${VOLUMES}/systemd-data/_data/big; mount -o remount,size=80m ${SMALL}`);
        await expectNoDamage(jobs, 'backup-forgejo', SMALL, before);
      });

      test('the repository cannot be reached', () => {
        expect(told).toContain('stowage-lab-backup-vaultwarden');
        expect(why.get('backup-vaultwarden')).toContain('connection refused');
      });
    });
  });

  test('a source whose file system is only unmounted is mounted, and what lies below is not taken for it', async () => {
    await machine.run(`systemctl stop ${DISK} && grep -q adguardhome /var/lib/adguardhome/file`);
    expect(await jobs.start('backup-dns')).toMatchObject({ ok: true });
    const dump = ['dump', '--tag=service:dns', 'latest', '/backup/dns/data/file'];
    expect(await jobs.restic(REPOSITORY, ...dump)).toBe('/srv/device\n');
  });

  test('what people type has the environment of the jobs', async () => {
    // What restic cannot have in its environment without saying so.
    await machine.run('echo RESTIC_COMPRESSION=nonsense >/etc/restic/main.env');
    const commands = ['restic-main.sh snapshots', 'restore-main.sh latest /backup/wiki/pages /srv/aside'];
    for (const command of commands) {
      const failed = await machine.run(`/usr/local/lib/stowage/lab/${command}`, { allowFail: true });
      expect(failed.stderr).toContain('invalid compression mode');
    }
    await machine.run('echo A=b >/etc/restic/main.env');
  });

  test('a policy that accepts incomplete backups has them succeed', async () => {
    await machine.run('touch /srv/postgres/init/broken; mount --bind /proc/1/mem /srv/postgres/init/broken');
    expect(await jobs.start('backup-postgres')).toMatchObject({ ok: true, told: [] });
    expect(await jobs.snapshots(REPOSITORY, 'postgres')).toHaveLength(1);
    await machine.run('umount /srv/postgres/init/broken');
  });

  test('no mode or owner keeps a file from being read', async () => {
    await machine.run(
      'echo hidden >/srv/wiki/data/hidden; chmod 0000 /srv/wiki/data/hidden; chown 1234 /srv/wiki/data/hidden',
    );
    expect(await jobs.start('backup-wiki')).toMatchObject({ ok: true });
    const hidden = ['dump', '--tag=service:wiki', 'latest', '/backup/wiki/pages/hidden'];
    expect(await jobs.restic(REPOSITORY, ...hidden)).toBe('hidden\n');
  });
});
