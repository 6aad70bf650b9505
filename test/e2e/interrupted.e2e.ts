import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { expectNoDamage, failsWith } from './lib/aftermath.js';
import { onlyTheDeadGo, removeDeadLocks } from './lib/dead-locks.js';
import { exampleContracts } from './lib/examples.js';
import { Jobs } from './lib/jobs.js';
import { locksIn } from './lib/lock-file.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';
import { runbookCommands } from './lib/runbook.js';
import { interrupted } from './lib/terminal.js';
import { queued } from './lib/units.js';

/** Half a day away: no timer fires by itself while the scenario runs. */
const REPOSITORY = '/srv/restic';

const POLICY = `version: 1
project: lab
contracts: services/*/contract.yml
repositories:
  main:
    url: ${REPOSITORY}
    maintenance: { host: interrupted }
    forget: ${AWAY}
    prune: ${AWAY}
    check: { schedule: ${AWAY} }
defaults: { schedule: ${AWAY}, spread: 0m, retry_lock: 0m, retention: { keep_last: 2 }, max_shrink: off }
deployments:
  - { runtime: podman, host: interrupted, services: [wiki] }
  - { runtime: baremetal, host: interrupted, services: [dns] }
`;

/** Jobs that are killed, meet each other, or are due when they cannot run. */
describe('jobs that are disturbed', () => {
  let machine: Machine;
  let jobs: Jobs;
  let page: string;

  beforeAll(async () => {
    machine = await boot('base', 'interrupted');
    const project = makeProject({ 'stowage.yml': POLICY, ...exampleContracts({ wiki: {}, dns: {} }) });
    await render(project);
    page = readFileSync(path.join(project.rendered, 'runbooks/repositories/main.md'), 'utf8');
    await machine.run(`for folder in /srv/wiki/data /srv/wiki/conf /etc/adguardhome /var/lib/adguardhome; do
      mkdir -p $folder && echo $folder >$folder/file || exit; done`);
    jobs = await Jobs.install(machine, project, 'interrupted');
    await jobs.init('main');
    for (const service of ['wiki', 'dns']) {
      expect(await jobs.start(`backup-${service}`)).toMatchObject({ ok: true, told: [] });
    }
  });

  afterAll(async () => machine.stop());

  describe('killed in the middle of', () => {
    const big = (): Promise<unknown> => machine.run('head -c 200M /dev/urandom >/srv/wiki/data/big');
    const packs = (): Promise<number> =>
      machine
        .run(`find ${REPOSITORY}/data -type f | wc -l`)
        .then(({ stdout }) => Number(stdout))
        .catch(() => 0);
    const morePacks = async (): Promise<string> =>
      `[ $(find ${REPOSITORY}/data -type f 2>/dev/null | wc -l) -gt $((${await packs()} + 2)) ]`;
    const locked = `[ -n "$(find ${REPOSITORY}/locks -type f)" ]`;
    const isLocked = failsWith('backup-wiki', 'repository is already locked exclusively by PID');
    afterAll(async () => machine.run('rm -f /srv/wiki/data/big'));

    test.each(['SIGKILL', 'a crash of the machine'])('a backup by %s', async (how) => {
      await big();
      const before = await jobs.snapshotIds(REPOSITORY);
      await jobs.freeze('backup-wiki', await morePacks());
      if (how === 'SIGKILL') {
        await jobs.signal('backup-wiki', 'KILL');
        expect(await jobs.end('backup-wiki')).toEqual({ ok: false, told: ['stowage-lab-backup-wiki'] });
        expect(await jobs.why('backup-wiki')).toContain('status=9/KILL');
      } else {
        await crash();
      }
      expect(await jobs.snapshotIds(REPOSITORY)).toEqual(before);
      await locksGo();
      expect(await jobs.start('forget-main')).toMatchObject({ ok: true, told: [] });
      await expectNoDamage(jobs, 'backup-wiki', REPOSITORY, await jobs.snapshotIds(REPOSITORY));
    });

    test.each(['SIGKILL', 'a crash of the machine'])('a prune by %s', async (how) => {
      await machine.run('rm -f /srv/wiki/data/big');
      for (let run = 0; run < 2; run += 1) await jobs.start('backup-wiki');
      expect(await jobs.start('forget-main')).toMatchObject({ ok: true });
      const before = await jobs.snapshotIds(REPOSITORY);
      await jobs.freeze('prune-main', locked);
      if (how === 'SIGKILL') {
        await jobs.signal('prune-main', 'KILL');
        expect(await jobs.end('prune-main')).toEqual({ ok: false, told: ['stowage-lab-prune-main'] });
        expect(await jobs.why('prune-main')).toContain('status=9/KILL');
      } else {
        await crash();
      }
      // Until it is known to be dead nobody gets the repository.
      expect(await jobs.start('backup-wiki')).toMatchObject(isLocked);
      await locksGo();
      await expectNoDamage(jobs, 'backup-wiki', REPOSITORY, before);
      expect(await jobs.start('prune-main')).toMatchObject({ ok: true });
      await jobs.check(REPOSITORY);
    });

    const prune = `restic --repo ${REPOSITORY} --password-file /etc/restic/password prune --no-cache`;
    /** A prune that root started by hand, as soon as it has the repository for itself. */
    const pruneByHand = (wrapper: string, signal: string): Promise<unknown> =>
      machine.run(
        `systemd-run --quiet --collect --unit=by-hand ${wrapper} ${prune}; until ${locked}; do sleep 0.005; done; ` +
          `systemctl kill --kill-whom=main --signal=${signal} by-hand.service`,
      );

    test('a prune: until it is dead its lock holds, whoever holds it', async () => {
      const before = await jobs.snapshotIds(REPOSITORY);
      await jobs.freeze('prune-main', locked);
      expect(await jobs.start('backup-wiki')).toMatchObject(isLocked);
      await jobs.signal('prune-main', 'CONT');
      expect(await jobs.end('prune-main')).toMatchObject({ ok: true });
      // A restic of root, which user restic may not signal: the job must not take it for dead.
      await pruneByHand('', 'STOP');
      expect(await jobs.start('backup-wiki')).toMatchObject(isLocked);
      await machine.run(`${locked} && systemctl kill --kill-whom=main --signal=CONT by-hand.service`);
      await machine.run('while systemctl is-active --quiet by-hand.service; do sleep 0.05; done');
      expect(await jobs.snapshotIds(REPOSITORY)).toEqual(before);
      await expectNoDamage(jobs, 'backup-wiki', REPOSITORY, before);
    });

    test('a prune by root, whose lock no job can read, beside a backup that lives: the one goes, the other stays', async () => {
      await onlyTheDeadGo(jobs, 'main', { folder: REPOSITORY, repository: REPOSITORY }, [
        '',
        `unshare --uts sh -c 'hostname another && exec "$@"' sh`,
      ]);
      await expectNoDamage(jobs, 'backup-wiki', REPOSITORY, await jobs.snapshotIds(REPOSITORY));
    });

    /** Half an hour of looking at it, and the lock is gone. */
    async function locksGo(): Promise<void> {
      expect(await locksIn(machine, REPOSITORY)).not.toEqual([]);
      const { ok, told, slept } = await removeDeadLocks(jobs, 'main');
      expect({ ok, slept }).toEqual({ ok: true, slept: 1860 });
      expect(told).not.toContain('stowage-lab-locks-main');
      expect(await locksIn(machine, REPOSITORY)).toEqual([]);
    }

    async function crash(): Promise<void> {
      await machine.crash();
      await machine.powerOn();
    }
  });

  describe('restic ends with the script that a person runs', () => {
    const library = '/usr/local/lib/stowage/lab';
    const units = "systemctl list-units --no-legend --plain 'stowage-lab-rest*' | wc -l";
    const left = `echo "$(grep -lx restic /proc/[0-9]*/comm | wc -l) restic, $(${units}) units, $(find ${REPOSITORY}/locks -type f | wc -l) locks"`;
    const isBusy = (what: string) =>
      `systemctl --quiet is-active 'stowage-lab-${what}-main-*' && [ -n "$(find ${REPOSITORY}/locks -type f)" ]`;
    beforeAll(async () => {
      await machine.run('head -c 3M /dev/urandom >/srv/wiki/data/slow');
      expect(await jobs.start('backup-wiki')).toMatchObject({ ok: true });
    });
    afterAll(async () => machine.run('rm -rf /srv/wiki/data/slow /srv/aside'));

    const dump = `${library}/restic-main.sh dump latest --tag service:wiki /backup/wiki/pages/slow --limit-download 100`;
    test.each([
      ['restore', `${library}/restore-main.sh latest /backup/wiki/pages /srv/aside --limit-download 300`],
      ['restic', dump],
    ])('%s-main.sh before the prompt is back, at Ctrl-C', async (script, command) => {
      const said = await interrupted(machine, command, isBusy(script), left);
      expect(said).toBe('code 130\n0 restic, 0 units, 0 locks');
    });

    test('also when the script is killed', async () => {
      await machine.run(`${dump} >/dev/null 2>&1 & until ${isBusy('restic')}; do sleep 0.05; done; kill -KILL $!
        until [ "$(${left})" = '0 restic, 0 units, 0 locks' ]; do sleep 0.1; done`);
    });
  });

  test('a backup that takes longer than its time-out ends with the commands of the page, and the limit is back then', async () => {
    const unit = 'stowage-lab-backup-dns.service';
    await machine.run('head -c 150M /dev/urandom >/var/lib/adguardhome/big');
    await machine.write(`/etc/systemd/system/${unit}.d/short.conf`, '[Service]\nTimeoutStartSec=1s\n');
    await machine.run('systemctl daemon-reload');
    const before = (await jobs.snapshots(REPOSITORY, 'dns')).length;
    expect(await jobs.start('backup-dns')).toMatchObject({ ok: false, told: ['stowage-lab-backup-dns'] });
    // restic was told, and waited for: no lock is left.
    expect(await locksIn(machine, REPOSITORY)).toEqual([]);
    const commands = runbookCommands(page, 'The first backup takes longer than its time-out');
    await machine.run(['sh', '-euc', commands], { timeout: 100 });
    expect(await jobs.snapshots(REPOSITORY, 'dns')).toHaveLength(before + 1);
    expect((await machine.run(`systemctl show -P TimeoutStartUSec ${unit}`)).stdout.trim()).toBe('1s');
    const timers = 'systemctl is-active stowage-lab-forget-main.timer stowage-lab-prune-main.timer';
    expect((await machine.run(timers)).stdout).toBe('active\nactive\n');
    await machine.run(
      `rm -r /etc/systemd/system/${unit}.d /var/lib/adguardhome/big; systemctl daemon-reload`,
    );
  });

  describe('time', () => {
    const timer = 'stowage-lab-backup-wiki.timer';
    const stamp = `/var/lib/systemd/timers/stamp-${timer}`;
    const starts = async (): Promise<number> =>
      Number(
        (
          await machine.run(
            'journalctl --sync; journalctl -u stowage-lab-backup-wiki -o cat | grep -c ^Starting',
          )
        ).stdout,
      );

    test('a machine that was off when a job was due catches up once, not twice', async () => {
      await machine.run('rm -f /srv/wiki/data/big');
      const before = await starts();
      await machine.run(`touch -d '3 days ago' ${stamp}`);
      await machine.powerOff();
      await machine.powerOn();
      await machine.run(
        `until journalctl -b -u stowage-lab-backup-wiki -o cat | grep -q ^Finished; do sleep 0.1; done
        while systemctl --quiet is-active ${queued('backup-wiki')}; do sleep 0.1; done`,
      );
      await machine.powerOff();
      await machine.powerOn();
      await machine.run(`systemctl restart ${timer}`);
      expect((await machine.run('systemctl list-jobs --no-legend')).stdout).not.toContain(
        'stowage-lab-backup',
      );
      expect(await starts()).toBe(before + 1);
    });

    test.each([
      ['was years ahead at the last run', '2040-01-01'],
      ['comes back from the past', '1980-01-01'],
    ])('a clock that %s does not stop the timer', async (_what, then) => {
      await machine.run(`systemctl stop ${timer}; touch -d ${then} ${stamp}`);
      await machine.run(`systemctl start ${timer}`);
      // The timer thinks of its next run when what it started has ended.
      await machine.run(
        `until [ "$(date -d "$(systemctl show -P NextElapseUSecRealtime ${timer})" +%s)" -gt "$(date +%s)" ]; do sleep 0.05; done`,
      );
      const next = (await machine.run(`date -d "$(systemctl show -P NextElapseUSecRealtime ${timer})" +%s`))
        .stdout;
      const hours = (Number(next) - Date.now() / 1000) / 3600;
      expect(hours).toBeGreaterThan(0);
      expect(hours).toBeLessThan(24);
    });

    test('snapshots of a wrong clock keep no later one from being made, and cost none of the newest', async () => {
      const snapshot = ['backup', '--no-cache', '--host=wiki', '--tag=service:wiki', '/backup/wiki/pages'];
      const wrong = (time: string): string =>
        `RESTIC_PASSWORD_FILE=/etc/restic/password restic -r ${REPOSITORY} ${snapshot.join(' ')} --time '${time}'`;
      await machine.run(
        `mkdir -p /backup/wiki && ln -sfn /srv/wiki/data /backup/wiki/pages && ${wrong('2040-01-01 00:00:00')} && ` +
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
    const before = await jobs.snapshotIds(REPOSITORY);
    await machine.run(
      'systemctl reset-failed; for i in 1 2 3; do systemctl start stowage-lab-backup-wiki stowage-lab-backup-dns & done; wait',
    );
    const made = (await jobs.snapshots(REPOSITORY)).filter(({ id }) => !before.includes(id));
    expect(made.map(({ tags }) => tags).sort()).toEqual([['service:dns'], ['service:wiki']]);
    await jobs.check(REPOSITORY);
  });
});
