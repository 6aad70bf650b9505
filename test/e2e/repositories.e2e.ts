import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { failsWith } from './lib/aftermath.js';
import { exampleContracts } from './lib/examples.js';
import { Jobs, type Snapshot } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render, type Project } from './lib/program.js';

const LOCAL = '/srv/local';
const SERVED = '/srv/served';
const PARTS = 4;
/** Half a day away: no timer fires by itself while the scenario runs. */

const POLICY = `version: 1
project: lab
contracts: services/*/contract.yml
repositories:
  local:
    url: ${LOCAL}
    maintenance: { host: keeper }
    forget: ${AWAY}
    prune: ${AWAY}
    check: { schedule: ${AWAY}, read_data_subsets: ${PARTS} }
  far:
    url: rest:http://127.0.0.1:8000/
    maintenance: { host: keeper }
    forget: ${AWAY}
    prune: ${AWAY}
    check: { schedule: ${AWAY} }
defaults: { repository: local, schedule: ${AWAY}, spread: 0m, retry_lock: 5m, max_shrink: off }
deployments:
  - { runtime: podman, host: web1, services: [wiki, forgejo] }
  - { runtime: docker, host: web1, services: [postgres] }
  - { runtime: baremetal, host: pi1, services: [dns] }
  - { runtime: baremetal, host: pi2, services: [dns], snapshot_host: dns-secondary }
`;

const RETENTION = { daily: 4, weekly: 3, monthly: 5, yearly: 3 };
const CONTRACTS = exampleContracts({
  wiki: {
    retention: `{ ${Object.entries(RETENTION)
      .map(([period, count]) => `keep_${period}: ${count}`)
      .join(', ')} }`,
  },
  postgres: {
    retention: '{ keep_last: 100 }',
    volumes: '{ data: { enabled: false, reason: no server runs here } }',
  },
  dns: { retention: '{ keep_last: 2 }' },
  forgejo: { repository: 'far', retention: '{ keep_last: 1 }' },
});

/** Across weeks, months and years: midnights, the last second of a Sunday, of a month and of a year. */
const HISTORY = [
  ...['2023-12-31 23:59:59', '2024-01-01 00:00:00', '2024-02-29 12:00:00', '2024-06-15 03:00:00'],
  ...['2024-09-30 23:59:59', '2024-10-01 00:00:00', '2024-10-31 23:59:59', '2024-11-12 03:00:00'],
  ...['2024-11-30 03:00:00', '2024-12-01 03:00:00', '2024-12-08 23:59:59', '2024-12-09 00:00:00'],
  ...['2024-12-22 23:59:59', '2024-12-23 00:00:00', '2024-12-28 03:00:00', '2024-12-29 03:00:00'],
  ...['2024-12-30 03:00:00', '2024-12-31 03:00:00', '2024-12-31 23:59:59', '2025-01-01 00:00:00'],
  ...['2025-01-01 15:00:00', '2025-01-02 03:00:00'],
];

const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday; weeks begin on Mondays. */
const DAYS_FROM_MONDAY = 3;

/** Which of these times a retention keeps: of the newest n days, weeks, ... that have a snapshot, the last one. */
function kept(times: readonly string[], { daily, weekly, monthly, yearly }: typeof RETENTION): string[] {
  const newestFirst = [...times].sort().reverse();
  const days = (time: string): number => Math.floor(Date.parse(`${time.replace(' ', 'T')}Z`) / DAY_MS);
  const lastOf = (count: number, period: (time: string) => string | number): string[] => {
    const last = new Map<string | number, string>();
    for (const time of newestFirst) if (!last.has(period(time))) last.set(period(time), time);
    return [...last.values()].slice(0, count);
  };
  const keep = new Set([
    ...lastOf(daily, days),
    ...lastOf(weekly, (time) => Math.floor((days(time) + DAYS_FROM_MONDAY) / 7)),
    ...lastOf(monthly, (time) => time.slice(0, 'YYYY-MM'.length)),
    ...lastOf(yearly, (time) => time.slice(0, 'YYYY'.length)),
  ]);
  return [...keep].sort();
}

/** Several services and places in one repository, whoever serves it. */
describe('repositories', () => {
  let machine: Machine;
  let project: Project;
  let jobs: Jobs;

  const install = async (host: string): Promise<void> => {
    await machine.copy(path.join(project.rendered, 'hosts', host), `/root/${host}`);
    await machine.run([`/root/${host}/install.sh`]);
  };
  const start = async (job: string): Promise<void> => {
    expect(await jobs.start(job)).toMatchObject({ ok: true, told: [] });
  };
  const ids = (snapshots: readonly Snapshot[]): string[] => snapshots.map(({ id }) => id);
  const timesOf = (snapshots: readonly Snapshot[]): string[] =>
    snapshots.map(({ time }) => time.slice(0, 19).replace('T', ' '));

  /** A server for the folder, on loopback, that waits until it answers. */
  async function serve(port: number, ...options: readonly string[]): Promise<void> {
    const server = ['restic-rest-server', '--no-auth', '--path', SERVED, '--listen', `127.0.0.1:${port}`];
    await machine.run([
      'systemd-run',
      '--quiet',
      `--unit=server-${port}`,
      '--uid=restic-rest-server',
      ...server,
      ...options,
    ]);
    await machine.run(`until bash -c ': </dev/tcp/127.0.0.1/${port}' 2>/dev/null; do sleep 0.05; done`);
  }

  beforeAll(async () => {
    machine = await boot('engines', 'repositories', { disks: ['/var/lib/containers'] });
    project = makeProject({ 'stowage.yml': POLICY, ...CONTRACTS });
    await render(project);
    await machine.run(`install -d -o restic-rest-server ${SERVED}
      for folder in /srv/wiki/data /srv/wiki/conf /srv/postgres/init /etc/adguardhome /var/lib/adguardhome; do
        mkdir -p $folder && echo $folder >$folder/file || exit
      done
      podman volume create systemd-data && echo forgejo >/var/lib/containers/storage/volumes/systemd-data/_data/file`);
    await install('keeper');
    jobs = await Jobs.install(machine, project, 'web1');
    await jobs.init('local');
  });

  afterAll(async () => machine.stop());

  describe('forget', () => {
    /** A person's own, and one of a service whose name begins like another's. */
    const strangers = ['', '--tag=mine', '--tag=service:wiki2', '--tag=service:wiki2 --host=wiki'];

    test('keeps of each place of a service what the retention says, and a place does not count for the other', async () => {
      for (const host of ['pi1', 'pi2']) {
        await install(host);
        for (let run = 0; run < 3; run += 1) await start('backup-dns');
      }
      const before = await jobs.snapshots(LOCAL, 'dns');
      await start('forget-local');
      const after = await jobs.snapshots(LOCAL, 'dns');
      for (const host of ['dns', 'dns-secondary']) {
        const of = (snapshots: readonly Snapshot[]): string[] =>
          ids(snapshots.filter(({ hostname }) => hostname === host));
        expect(of(before)).toHaveLength(3);
        expect(of(after)).toEqual(of(before).slice(1));
      }
    });

    /** The service got its second volume when half of it had happened. */
    const views = (index: number): string =>
      index < HISTORY.length / 2 ? '/backup/wiki/pages' : '/backup/wiki/pages /backup/wiki/settings';

    test('keeps exactly the days, weeks and months of the retention, and all that is not of the service', async () => {
      const restic = `setpriv --reuid restic --regid restic --clear-groups restic -r ${LOCAL} --no-cache --quiet`;
      await machine.run(
        `install -o restic /etc/restic/password /run/p; export RESTIC_PASSWORD_FILE=/run/p
        mkdir -p /backup/wiki && ln -s /srv/wiki/data /backup/wiki/pages && ln -s /srv/wiki/conf /backup/wiki/settings
        while read -r day time views; do
          ${restic} backup --host wiki --tag service:wiki --time "$day $time" $views || exit
        done`,
        { input: HISTORY.map((time, index) => `${time} ${views(index)}\n`).join(''), timeout: 170 },
      );
      for (const options of strangers) {
        await machine.run(
          `RESTIC_PASSWORD_FILE=/run/p ${restic} backup ${options} --time '2001-01-01 00:00:00' /srv/wiki`,
        );
      }
      await start('backup-postgres');
      const mine = (snapshot: Snapshot): boolean => snapshot.tags.join() === 'service:wiki';
      const before = await jobs.snapshots(LOCAL);
      await start('forget-local');
      const after = await jobs.snapshots(LOCAL);
      const keep = kept(HISTORY, RETENTION);
      expect(keep.length).toBeLessThan(HISTORY.length);
      expect(timesOf(after.filter(mine))).toEqual(keep);
      const others = (snapshots: readonly Snapshot[]): string[] =>
        ids(snapshots.filter((other) => !mine(other))).sort();
      expect(others(before).length).toBeGreaterThan(strangers.length);
      expect(others(after)).toEqual(others(before));
    });

    test('and prune leaves everything that is kept readable', async () => {
      await start('prune-local');
      await jobs.check(LOCAL);
    });
  });

  describe('while another job has the repository', () => {
    const waits = (job: string): Promise<unknown> =>
      machine.run(
        `until journalctl --sync && journalctl -u stowage-lab-${job} -o cat | grep -q 'already locked, waiting'; do sleep 0.1; done`,
      );

    test('a backup waits for a prune, and both end well', async () => {
      await jobs.freeze('prune-local', `[ -n "$(find ${LOCAL}/locks -type f)" ]`);
      await machine.run('systemctl start --no-block stowage-lab-backup-wiki');
      await waits('backup-wiki');
      await jobs.signal('prune-local', 'CONT');
      expect(await jobs.end('prune-local')).toEqual({ ok: true, told: [] });
      expect(await jobs.end('backup-wiki')).toEqual({ ok: true, told: [] });
      await jobs.check(LOCAL);
    });

    test('a prune waits for a backup, and both end well', async () => {
      const before = await jobs.snapshots(LOCAL, 'postgres');
      await machine.run('head -c 100M /dev/urandom >/srv/postgres/init/big');
      await jobs.freeze('backup-postgres', `[ -n "$(find ${LOCAL}/locks -type f)" ]`);
      await machine.run('systemctl start --no-block stowage-lab-prune-local');
      await waits('prune-local');
      await jobs.signal('backup-postgres', 'CONT');
      expect(await jobs.end('backup-postgres')).toEqual({ ok: true, told: [] });
      expect(await jobs.end('prune-local')).toEqual({ ok: true, told: [] });
      expect(await jobs.snapshots(LOCAL, 'postgres')).toHaveLength(before.length + 1);
      await jobs.check(LOCAL);
    });

    test('so do a forget and a check', async () => {
      await machine.run('head -c 100M /dev/urandom >/srv/postgres/init/big');
      await jobs.freeze('backup-postgres', `[ -n "$(find ${LOCAL}/locks -type f)" ]`);
      const both = 'stowage-lab-forget-local stowage-lab-check-local';
      await machine.run(`systemctl start --no-block ${both}`);
      await waits('check-local');
      // What forget says is printed when it ends, and that would be at once.
      const states = await machine.run(`sleep 2; systemctl show -P ActiveState ${both}`);
      // They have shown it; their turn would come many seconds later.
      await machine.run(`systemctl stop ${both}`);
      expect(states.stdout.split('\n').filter(Boolean)).toEqual(['activating', 'activating']);
      await jobs.signal('backup-postgres', 'CONT');
      expect(await jobs.end('backup-postgres')).toMatchObject({ ok: true });
    });
  });

  describe('check', () => {
    const check = (repository: string): Promise<{ code: number; stdout: string }> =>
      machine.run(
        `install -o restic /etc/restic/password /run/check-password; install -d -o restic /run/check
        export RESTIC_REPOSITORY=${repository} RESTIC_PASSWORD_FILE=/run/check-password RESTIC_CACHE_DIR=/run/check
        setpriv --reuid restic --regid restic --clear-groups /usr/local/lib/stowage/lab/check-repository.sh ${PARTS} 2>&1`,
        { allowFail: true },
      );

    test('reads another part each time, and so finds any damage within as many runs as there are parts', async () => {
      await start('check-local');
      await machine.run(
        `cp -a ${LOCAL} /srv/damaged; cd /srv/damaged/data; file=$(find . -type f -size +1M | head -1); chmod 600 "$file"; ` +
          `printf damage | dd of="$file" bs=1 seek=100000 conv=notrunc status=none`,
      );
      const read: string[] = [];
      const found: number[] = [];
      for (let run = 0; run < PARTS; run += 1) {
        const sound = await check(LOCAL);
        expect(sound).toMatchObject({ code: 0, stdout: expect.stringContaining('no errors were found') });
        read.push(/read group #(\d+)/.exec(sound.stdout)?.[1] ?? '');
        if ((await check('/srv/damaged')).code !== 0) found.push(run);
      }
      expect(read.toSorted()).toEqual(['1', '2', '3', '4']);
      // The damaged part is read again until it is whole.
      const [first = PARTS] = found;
      expect(first).toBeLessThan(PARTS);
      expect(found).toEqual(Array.from({ length: PARTS - first }, (_, index) => first + index));
    });

    test('that finds a file of the repository lost fails, and tells somebody', async () => {
      const lost = (await machine.run(`find ${LOCAL}/data -type f | head -1`)).stdout.trim();
      await machine.run(['mv', lost, '/srv/lost']);
      expect(await jobs.start('check-local')).toMatchObject(
        failsWith('check-local', 'repository contains errors'),
      );
      await machine.run(['mv', '/srv/lost', lost]);
      await start('check-local');
    });
  });

  describe('behind a server that only appends', () => {
    const data = '/var/lib/containers/storage/volumes/systemd-data/_data/file';
    /** What a maintenance host has in its policy: the address that may do everything. */
    async function reachInFull(...verbs: readonly string[]): Promise<void> {
      for (const verb of verbs) {
        const dropIn = `/etc/systemd/system/stowage-lab-${verb}-far.service.d/full.conf`;
        const address = 'RESTIC_REPOSITORY=rest:http://127.0.0.1:8001/';
        await machine.write(dropIn, `[Service]\nEnvironment=${address}\n`);
      }
      await machine.run('systemctl daemon-reload');
    }
    const packs = async (): Promise<number> =>
      Number((await machine.run(`find ${SERVED}/data -type f | wc -l`)).stdout);
    async function isRefused(job: string): Promise<void> {
      const before = await packs();
      expect(await jobs.start(job)).toMatchObject(failsWith(job, '403 Forbidden'));
      expect(await packs()).toBe(before);
    }

    beforeAll(async () => {
      await serve(8000, '--append-only');
      await serve(8001);
      await jobs.init('far');
      for (let run = 0; run < 2; run += 1) {
        await machine.run(`head -c 1M /dev/urandom >${data}`);
        await start('backup-forgejo');
      }
    });

    test('a client can back up, and cannot forget', async () => {
      const before = await jobs.snapshotIds(SERVED);
      expect(before).toHaveLength(2);
      await isRefused('forget-far');
      const [first = ''] = before;
      // By hand neither; restic 0.18 only says so.
      await machine.run(['/usr/local/lib/stowage/lab/restic-far.sh', 'forget', first], { allowFail: true });
      expect(await jobs.snapshotIds(SERVED)).toEqual(before);
    });

    test('who reaches it in full forgets; the client cannot prune what is no longer needed', async () => {
      const before = await jobs.snapshotIds(SERVED);
      await reachInFull('forget');
      await start('forget-far');
      expect(await jobs.snapshotIds(SERVED)).toEqual(before.slice(1));
      await isRefused('prune-far');
    });

    test('who reaches it in full prunes and checks it, and the client goes on', async () => {
      const before = await packs();
      await reachInFull('prune', 'check');
      await start('prune-far');
      expect(await packs()).toBeLessThan(before);
      await start('check-far');
      await start('backup-forgejo');
      await jobs.check(SERVED);
    });
  });
});
