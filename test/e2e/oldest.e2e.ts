import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { noteEngine, versionIn } from './lib/engines.js';
import { contractOfJob, type PromisedJob } from './lib/job-contract.js';
import { Jobs } from './lib/jobs.js';
import { locksIn } from './lib/lock-file.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';
import { interrupted } from './lib/terminal.js';
import { treeFolder } from './lib/tree.js';

/** What this Debian has too old, or not at all: engine, program, and what makes it say its version. */
const NEWER = [
  ['restic (Debian 13)', 'restic', 'version'],
  ['rest-server', 'restic-rest-server', '--version'],
] as const;

/** Half a day away: no timer fires by itself while the scenario runs. */
const REPOSITORY = '/srv/restic';
const SERVED = '/srv/served';
const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  main: { url: ${REPOSITORY}, maintenance: { host: oldest }, forget: ${AWAY}, prune: ${AWAY}, check: { schedule: ${AWAY} } }
  served: { url: "rest:http://127.0.0.1:8000/", maintenance: { host: oldest }, forget: ${AWAY}, prune: ${AWAY}, check: { schedule: ${AWAY} } }
defaults: { repository: main, schedule: ${AWAY}, spread: 0m }
deployments: [{ runtime: baremetal, host: oldest, services: ['*'] }]
`;

const SERVICES = ['app', 'other', 'third', 'closed'];

function contract(service: string): string {
  const more = service === 'closed' ? ', run_as: root, repository: served' : '';
  return `service_id: ${service}
runtime_templates: { baremetal: b }
backup: { retention: { keep_last: 1 }${more} }
mounts: { persistent_volumes: [{ name: data, path: /srv/${service} }] }
`;
}

const JOB: PromisedJob = {
  ...{ service: 'app', source: '/srv/app', repository: REPOSITORY, repositoryName: 'main', keeps: 1 },
  snapshot: { hostname: 'app', tags: ['service:app'], paths: ['/backup/app/data'] },
};

/** The oldest systemd of the suite, with the restic of a newer Debian: its own is too old. */
describe('a host with the oldest systemd', () => {
  let machine: Machine;
  let jobs: Jobs;
  const good = { ok: true, told: [] };

  beforeAll(async () => {
    machine = await boot('ansibleOld', 'oldest');
    for (const [name, program, ask] of NEWER) {
      await machine.copy(path.join(treeFolder('backEnds'), 'usr/bin', program), `/usr/local/bin/${program}`);
      noteEngine(name, versionIn((await machine.run([program, ask])).stdout) ?? '');
    }
    await machine.run(
      `systemd-run --quiet --unit=rest-server restic-rest-server --path ${SERVED} --no-auth --listen 127.0.0.1:8000`,
    );
    const services = Object.fromEntries(SERVICES.map((id) => [`services/${id}.yml`, contract(id)]));
    const project = makeProject({ 'stowage.yml': POLICY, ...services });
    await render(project);
    for (const service of SERVICES) await machine.write(`/srv/${service}/file`, `${service}\n`);
    await machine.run('chmod 777 /srv/app; chown -R nobody: /srv/closed; chmod 700 /srv/closed');
    jobs = await Jobs.install(machine, project, 'oldest');
    for (const repository of ['main', 'served']) await jobs.init(repository);
  });

  afterAll(async () => machine.stop());

  test('has systemd 252, and reads every unit without a complaint', async () => {
    expect((await machine.run('systemctl --version')).stdout).toMatch(/^systemd 252 /);
    const verified = await machine.run(
      'cd /etc/systemd/system; systemd-analyze verify --man=no $(ls stowage-* | grep -v @) 2>&1',
    );
    expect(verified.stdout).toBe('');
  });

  test('keeps every promise', async () => {
    expect(await contractOfJob(jobs, JOB)).toEqual([]);
  });

  test('reads as the user that a contract names', async () => {
    expect(await jobs.start('backup-closed')).toMatchObject(good);
    const { stdout } = await machine.run('systemctl show -P User stowage-lab-backup-closed');
    expect(stdout).toBe('root\n');
    expect(
      await jobs.restic(SERVED, 'dump', 'latest', '/backup/closed/data/file', '--tag', 'service:closed'),
    ).toBe('closed\n');
  });

  test('starts two overdue backups at once, and the third after one of them', async () => {
    const services = SERVICES.slice(0, 3);
    const units = services.map((service) => `stowage-lab-backup-${service}.timer`).join(' ');
    const slow = '[Service]\nExecStartPre=/bin/sh -c "until [ ! -e /srv/hold ]; do sleep 0.1; done"\n';
    for (const service of services) {
      await machine.write(`/run/systemd/system/stowage-lab-backup-${service}.service.d/slow.conf`, slow);
    }
    const stamps = services.map(
      (service) => `/var/lib/systemd/timers/stamp-stowage-lab-backup-${service}.timer`,
    );
    const before = await jobs.snapshotIds(REPOSITORY);
    await machine.run(`touch /srv/hold; systemctl daemon-reload; systemctl stop ${units}
      touch -d '3 days ago' ${stamps.join(' ')}; systemctl start ${units}`);
    const running = `systemctl list-units --no-legend --state=activating 'stowage-lab-backup-*.service' | wc -l`;
    const queued = `systemctl list-units --no-legend 'stowage-lab-queue@*' | wc -l`;
    await machine.run(`until [ "$(${running})" = 2 ] && [ "$(${queued})" = 3 ]; do sleep 0.1; done
      sleep 2; [ "$(${running})" = 2 ]; rm /srv/hold
      until [ "$(${queued})" = 0 ]; do sleep 0.1; done; rm -r /run/systemd/system/stowage-lab-*; systemctl daemon-reload`);
    expect(await jobs.snapshotIds(REPOSITORY)).toHaveLength(before.length + 3);
    expect(await jobs.told()).toEqual([]);
  });

  test('ends restic in order when a job is stopped', async () => {
    await machine.run('head -c 100M /dev/urandom >/srv/other/big');
    const busy = `[ -n "$(ls ${REPOSITORY}/locks)" ]`;
    await jobs.freeze('backup-other', busy);
    await machine.run('systemctl stop --no-block stowage-lab-backup-other');
    await jobs.signal('backup-other', 'CONT');
    expect((await jobs.end('backup-other')).ok).toBe(false);
    expect(await locksIn(machine, REPOSITORY)).toEqual([]);
    await machine.run('rm /srv/other/big');
  });

  test('tells of a timer that fails as of a job', async () => {
    const timer = 'stowage-lab-backup-third.timer';
    const dropIn = `/etc/systemd/system/${timer}.d/wake.conf`;
    await machine.write(dropIn, '[Timer]\nWakeSystem=yes\n');
    await machine.run(
      `rm -f /var/cache/stowage/told; systemctl stop ${timer}; systemctl daemon-reload; ! systemctl start ${timer}
      until [ -s /var/cache/stowage/told ]; do sleep 0.1; done; rm ${dropIn}; systemctl daemon-reload; systemctl start ${timer}`,
    );
    expect(await jobs.told()).toEqual([timer]);
  });

  test('restores by the script, which ends restic at Ctrl-C', async () => {
    const library = '/usr/local/lib/stowage/lab';
    const restore = `${library}/restore-main.sh latest /backup/app/data`;
    const options = '--host app --tag service:app --path /backup/app/data';
    await machine.run(`${restore} /srv/aside ${options} --verify`);
    expect(await machine.read('/srv/aside/file')).toBe('app\n');
    await machine.run('head -c 20M /dev/urandom >/srv/app/slow');
    expect(await jobs.start('backup-app')).toMatchObject(good);
    const left = `echo "$(cat /proc/[0-9]*/comm | grep -cx restic) restic, $(ls ${REPOSITORY}/locks | wc -l) locks"`;
    const said = await interrupted(
      machine,
      `${restore} /srv/slow ${options} --limit-download 300`,
      '[ -n "$(find /srv/slow -name slow 2>/dev/null)" ]',
      left,
    );
    expect(said).toBe('code 130\n0 restic, 0 locks');
  });
});
