import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Jobs } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';

/** Half a day away: no timer fires by itself while the scenario runs. */
const AWAY = `${(new Date().getUTCMinutes() + 30) % 60} ${(new Date().getUTCHours() + 12) % 24} * * *`;
const REPOSITORY = '/srv/restic';
const SMALL = '/srv/small';

const POLICY = `version: 1
contracts: services/*.yml
repositories:
  main:
    url: ${REPOSITORY}
    environment_file: /etc/restic/main.env
    maintenance: { host: faults }
    forget: ${JSON.stringify(AWAY)}
    prune: ${JSON.stringify(AWAY)}
    check: { schedule: ${JSON.stringify(AWAY)} }
  small: { url: ${SMALL}, maintenance: { host: elsewhere } }
  remote: { url: 'rest:http://127.0.0.1:8000/', maintenance: { host: elsewhere } }
defaults:
  repository: main
  schedule: ${JSON.stringify(AWAY)}
  spread: 0m
  retry_lock: 0m
  retention: { keep_last: 2 }
deployments: [{ runtime: baremetal, host: faults, services: ['*'] }]
`;

function contract(service: string, source: string, backup = '{}'): Record<string, string> {
  const volume = `{ name: data, path: ${source} }`;
  const text = `service_id: ${service}\nruntime_templates: { baremetal: b }\n`;
  return {
    [`services/${service}.yml`]: `${text}mounts: { persistent_volumes: [${volume}] }\nbackup: ${backup}\n`,
  };
}

/** A disk whose folder holds something old of its own below the mount, as happens when it was once not mounted. */
const DISK = `[Mount]\nWhat=/srv/device\nWhere=/mnt/disk\nType=none\nOptions=bind\n`;

function dropIn(lines: string): string {
  const folder = '/etc/systemd/system/mnt-disk.mount.d';
  return `mkdir -p ${folder}; printf '[Mount]\\n${lines}\\n' >${folder}/broken.conf; systemctl daemon-reload`;
}

/** What can be wrong when a job starts: how it comes about, how it is mended, and what the journal must say. */
const FAULTS: readonly [what: string, job: string, breaks: string, mends: string, why: string][] = [
  [
    'the source is missing',
    'wiki',
    'mv /srv/wiki /srv/w',
    'mv /srv/w /srv/wiki',
    "the source '/srv/wiki' does not exist",
  ],
  [
    'the source is empty',
    'wiki',
    'mv /srv/wiki /srv/w; mkdir /srv/wiki',
    'rmdir /srv/wiki; mv /srv/w /srv/wiki',
    "the source '/srv/wiki' is empty; is its file system mounted?",
  ],
  [
    'the file system of the source cannot be mounted',
    'disk',
    `systemctl stop mnt-disk.mount; ${dropIn('What=/srv/device\\nOptions=\\nType=nosuchfs')}`,
    'rm /etc/systemd/system/mnt-disk.mount.d/broken.conf; systemctl daemon-reload; systemctl reset-failed',
    'Dependency failed for stowage-backup-disk.service',
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
    'touch /srv/wiki/broken; mount --bind /proc/1/mem /srv/wiki/broken',
    'umount /srv/wiki/broken; rm /srv/wiki/broken',
    'at least one source file could not be read',
  ],
];

describe('a job that cannot do its work', () => {
  let machine: Machine;
  let jobs: Jobs;

  beforeAll(async () => {
    machine = await boot('server', 'faults');
    const project = makeProject({
      'stowage.yml': POLICY,
      ...contract('wiki', '/srv/wiki'),
      ...contract('disk', '/mnt/disk/data'),
      ...contract('patchy', '/srv/patchy', '{ accept_incomplete: true }'),
      ...contract('hoard', '/srv/hoard', '{ repository: small, timeout: 1m }'),
      ...contract('far', '/srv/far', '{ repository: remote, timeout: 1m }'),
    });
    await render(project);
    await machine.run(`
      for service in wiki patchy hoard far; do mkdir -p /srv/$service; echo $service >/srv/$service/file; done
      mkdir -p ${SMALL} /etc/restic && mount -t tmpfs -o size=40m tmpfs ${SMALL} && echo A=b >/etc/restic/main.env
      mkdir -p /srv/device/data /mnt/disk/data && echo old >/mnt/disk/data/old && echo new >/srv/device/data/new`);
    await machine.write('/etc/systemd/system/mnt-disk.mount', DISK);
    jobs = await Jobs.install(machine, project, 'faults');
    for (const repository of ['main', 'small']) await jobs.init(repository);
    for (const service of ['wiki', 'disk', 'hoard']) {
      expect(await jobs.start(`backup-${service}`)).toMatchObject({ ok: true, told: [] });
    }
  });

  afterAll(async () => machine.stop());

  const failsWith = (job: string, why: string) => ({
    ok: false,
    journal: expect.stringContaining(why),
    told: [`stowage-${job}`],
  });
  const snapshotIds = async (repository = REPOSITORY): Promise<string[]> =>
    (await jobs.snapshots(repository)).map(({ id }) => id);

  /** The next run of the job adds a snapshot to those that were there, and nothing in the repository is damaged. */
  async function works(job: string, before: readonly string[], repository = REPOSITORY): Promise<void> {
    expect(await jobs.start(job)).toMatchObject({ ok: true, told: [] });
    const after = await snapshotIds(repository);
    expect(after).toHaveLength(before.length + 1);
    expect(after).toEqual(expect.arrayContaining([...before]));
    await jobs.check(repository);
  }

  describe('says why, tells somebody, records nothing, and works again when', () => {
    test.each(FAULTS)('%s', async (what, service, breaks, mends, why) => {
      const before = await snapshotIds();
      await machine.run(breaks);
      expect(await jobs.start(`backup-${service}`)).toEqual(failsWith(`backup-${service}`, why));
      await machine.run(mends);
      // A backup that lacks a file is recorded, but does not count as one.
      const recorded = await snapshotIds();
      if (what !== 'a file cannot be read') expect(recorded).toEqual(before);
      await works(`backup-${service}`, recorded);
    });

    /** What restic itself would wait for, for long or (0.18, local and full) for ever: the job's time-out ends it. */
    describe('the time-out has ended it, because', () => {
      const journal = async (service: string): Promise<string> =>
        (await machine.run(`journalctl --sync; journalctl -b -o cat -u stowage-backup-${service}`)).stdout;
      let before: string[];
      let told: readonly string[];

      beforeAll(async () => {
        before = await snapshotIds(SMALL);
        await machine.run('head -c 60M /dev/urandom >/srv/hoard/big; rm -f /var/cache/stowage/told');
        await machine.run('systemctl start --no-block stowage-backup-hoard stowage-backup-far');
        expect(await jobs.end('backup-hoard')).toMatchObject({ ok: false });
        expect(await jobs.end('backup-far')).toMatchObject({ ok: false });
        told = await jobs.told();
      });

      test('the repository is full', async () => {
        expect(told).toContain('stowage-backup-hoard');
        expect(await journal('hoard')).toContain('no space left on device');
        expect(await snapshotIds(SMALL)).toEqual(before);
        await machine.run(`rm /srv/hoard/big; mount -o remount,size=80m ${SMALL}`);
        await works('backup-hoard', before, SMALL);
      });

      test('the repository cannot be reached', async () => {
        expect(told).toContain('stowage-backup-far');
        expect(await journal('far')).toContain('connection refused');
      });
    });
  });

  test('a source whose file system is only unmounted is mounted, and what lies below is not taken for it', async () => {
    await machine.run('systemctl stop mnt-disk.mount && test -e /mnt/disk/data/old');
    expect(await jobs.start('backup-disk')).toMatchObject({ ok: true });
    expect(await jobs.restic(REPOSITORY, 'ls', '--tag=service:disk', 'latest')).toMatch(/\/data\/new\n/);
    expect(await jobs.restic(REPOSITORY, 'ls', '--tag=service:disk', 'latest')).not.toContain('/old');
  });

  test('a policy that accepts incomplete backups has them succeed', async () => {
    await machine.run('touch /srv/patchy/broken; mount --bind /proc/1/mem /srv/patchy/broken');
    expect(await jobs.start('backup-patchy')).toMatchObject({ ok: true, told: [] });
    expect(await jobs.snapshots(REPOSITORY, 'patchy')).toHaveLength(1);
    await machine.run('umount /srv/patchy/broken');
  });

  test('no mode or owner keeps a file from being read', async () => {
    await machine.run(
      'echo hidden >/srv/wiki/hidden; chmod 0000 /srv/wiki/hidden; chown 1234 /srv/wiki/hidden',
    );
    expect(await jobs.start('backup-wiki')).toMatchObject({ ok: true });
    const hidden = ['dump', '--tag=service:wiki', 'latest', '/backup/wiki/data/hidden'];
    expect(await jobs.restic(REPOSITORY, ...hidden)).toBe('hidden\n');
  });

  describe('killed in the middle of', () => {
    const big = (): Promise<unknown> => machine.run('head -c 200M /dev/urandom >/srv/wiki/big');
    const packs = (): Promise<number> =>
      machine
        .run(`find ${REPOSITORY}/data -type f | wc -l`)
        .then(({ stdout }) => Number(stdout))
        .catch(() => 0);
    const morePacks = async (): Promise<string> =>
      `[ $(find ${REPOSITORY}/data -type f 2>/dev/null | wc -l) -gt $((${await packs()} + 2)) ]`;
    const locked = `[ -n "$(find ${REPOSITORY}/locks -type f)" ]`;
    afterAll(async () => machine.run('rm -f /srv/wiki/big'));

    test.each(['SIGKILL', 'a crash of the machine'])('a backup by %s', async (how) => {
      await big();
      const before = await snapshotIds();
      await jobs.freeze('backup-wiki', await morePacks());
      if (how === 'SIGKILL') {
        await jobs.signal('backup-wiki', 'KILL');
        expect(await jobs.end('backup-wiki')).toEqual({ ok: false, told: ['stowage-backup-wiki'] });
      } else {
        await crash();
      }
      expect(await snapshotIds()).toEqual(before);
      // Its lock is in nobody's way, also not in that of who needs the repository for itself.
      expect(await jobs.start('forget-main')).toMatchObject({ ok: true, told: [] });
      await works('backup-wiki', await snapshotIds());
    });

    test.each(['SIGKILL', 'a crash of the machine'])('a prune by %s', async (how) => {
      await machine.run('rm -f /srv/wiki/big');
      for (let run = 0; run < 2; run += 1) await jobs.start('backup-wiki');
      expect(await jobs.start('forget-main')).toMatchObject({ ok: true });
      const before = await snapshotIds();
      await jobs.freeze('prune-main', locked);
      if (how === 'SIGKILL') {
        await jobs.signal('prune-main', 'KILL');
        expect(await jobs.end('prune-main')).toEqual({ ok: false, told: ['stowage-prune-main'] });
      } else {
        await crash();
      }
      await works('backup-wiki', before);
      expect(await jobs.start('prune-main')).toMatchObject({ ok: true });
      await jobs.check(REPOSITORY);
    });

    test('a prune: until it is dead its lock holds, whoever holds it', async () => {
      const before = await snapshotIds();
      await jobs.freeze('prune-main', locked);
      const waits = failsWith('backup-wiki', 'repository is already locked exclusively by PID');
      expect(await jobs.start('backup-wiki')).toEqual(waits);
      await jobs.signal('prune-main', 'CONT');
      expect(await jobs.end('prune-main')).toMatchObject({ ok: true });
      // A restic of root, which user restic may not signal: the job must not take it for dead.
      const root = `restic --repo ${REPOSITORY} --password-file /etc/restic/password prune --no-cache`;
      await machine.run(
        `systemd-run --quiet --unit=root-prune ${root}; until ${locked}; do sleep 0.005; done; ` +
          'systemctl kill --kill-whom=main --signal=STOP root-prune.service',
      );
      expect(await jobs.start('backup-wiki')).toEqual(waits);
      await machine.run(`${locked} && systemctl kill --kill-whom=main --signal=CONT root-prune.service`);
      await machine.run('while systemctl is-active --quiet root-prune.service; do sleep 0.05; done');
      expect(await snapshotIds()).toEqual(before);
      await works('backup-wiki', before);
    });

    async function crash(): Promise<void> {
      await machine.crash();
      await machine.powerOn();
      await machine.run(`mount -t tmpfs tmpfs ${SMALL}`);
    }
  });

  describe('time', () => {
    const timer = 'stowage-backup-wiki.timer';
    const stamp = `/var/lib/systemd/timers/stamp-${timer}`;
    const starts = async (): Promise<number> =>
      Number(
        (await machine.run('journalctl --sync; journalctl -u stowage-backup-wiki -o cat | grep -c ^Starting'))
          .stdout,
      );

    test('a machine that was off when a job was due catches up once, not twice', async () => {
      await machine.run('rm -f /srv/wiki/big');
      const before = await starts();
      await machine.run(`touch -d '3 days ago' ${stamp}`);
      await machine.powerOff();
      await machine.powerOn();
      await machine.run(
        'until journalctl -b -u stowage-backup-wiki -o cat | grep -q ^Finished; do sleep 0.1; done',
      );
      await machine.powerOff();
      await machine.powerOn();
      await machine.run(`systemctl restart ${timer}`);
      expect((await machine.run('systemctl list-jobs --no-legend')).stdout).not.toContain('stowage-backup');
      expect(await starts()).toBe(before + 1);
    });

    test.each([
      ['was years ahead at the last run', '2040-01-01'],
      ['comes back from the past', '1980-01-01'],
    ])('a clock that %s does not stop the timer', async (_what, then) => {
      await machine.run(`systemctl stop ${timer}; touch -d ${then} ${stamp}`);
      await machine.run(`systemctl start ${timer}`);
      await machine.run('while systemctl list-jobs --no-legend | grep -q stowage-; do sleep 0.05; done');
      const next = (await machine.run(`date -d "$(systemctl show -P NextElapseUSecRealtime ${timer})" +%s`))
        .stdout;
      const hours = (Number(next) - Date.now() / 1000) / 3600;
      expect(hours).toBeGreaterThan(0);
      expect(hours).toBeLessThan(24);
    });

    test('snapshots of a wrong clock keep no later one from being made, and cost none of the newest', async () => {
      const snapshot = ['backup', '--no-cache', '--host=wiki', '--tag=service:wiki', '/backup/wiki/data'];
      const wrong = (time: string): string =>
        `RESTIC_PASSWORD_FILE=/etc/restic/password restic -r ${REPOSITORY} ${snapshot.join(' ')} --time '${time}'`;
      await machine.run(
        `mkdir -p /backup/wiki && ln -sfn /srv/wiki /backup/wiki/data && ${wrong('2040-01-01 00:00:00')} && ` +
          `${wrong('1980-01-01 00:00:00')} && chown -R restic: ${REPOSITORY}`,
      );
      expect(await jobs.start('backup-wiki')).toMatchObject({ ok: true });
      const newest = (await jobs.snapshots(REPOSITORY, 'wiki')).at(-2)?.id;
      expect(await jobs.start('forget-main')).toMatchObject({ ok: true });
      expect((await jobs.snapshots(REPOSITORY, 'wiki')).map(({ id }) => id)).toContain(newest);
      await jobs.check(REPOSITORY);
    });
  });

  test('a job that is started while it runs does not run twice; jobs of two services may run at once', async () => {
    const before = await snapshotIds();
    await machine.run(
      'systemctl reset-failed; for i in 1 2 3; do systemctl start stowage-backup-wiki stowage-backup-disk & done; wait',
    );
    const made = (await jobs.snapshots(REPOSITORY)).filter(({ id }) => !before.includes(id));
    expect(made.map(({ tags }) => tags).sort()).toEqual([['service:disk'], ['service:wiki']]);
    await jobs.check(REPOSITORY);
  });
});
