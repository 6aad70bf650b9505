import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { failsWith } from './lib/aftermath.js';
import { Jobs } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';

/** Half a day away: no timer fires by itself while the scenario runs. */
const REPOSITORY = '/srv/served';
const policy = (host: string, services: string) => `version: 1
project: lab
contracts: services/*.yml
repositories: { main: { url: "rest:http://127.0.0.1:8000/", maintenance: { host: ${host} } } }
defaults: { schedule: ${AWAY}, spread: 0m, retention: { keep_last: 2 }, max_shrink: off }
deployments: [{ runtime: baremetal, host: ${host}, services: ${services} }]
`;
const contract = (id: string, path: string, backup = '{}') => `service_id: ${id}
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: data, path: ${path} }] }
backup: ${backup}
`;
const WIKI = { 'services/wiki.yml': contract('wiki', '/srv/wiki') };
/** A user of the machine, who owns folders that are closed to others. */
const OWNER = 1234;

/** A machine with a server of its own for the repository, and the jobs of a project. */
async function install(name: string, files: Readonly<Record<string, string>>): Promise<Jobs> {
  const machine = await boot('backEnds', name);
  const project = makeProject(files);
  await render(project);
  const server = 'restic-rest-server --no-auth --listen 127.0.0.1:8000 --path';
  await machine.run(`hostname ${name}; mkdir /srv/wiki; echo ${name} >/srv/wiki/page; install -d -o restic-rest-server ${REPOSITORY}
    systemd-run --quiet --unit=served --uid=restic-rest-server ${server} ${REPOSITORY}
    until bash -c ': </dev/tcp/127.0.0.1/8000' 2>/dev/null; do sleep 0.05; done`);
  return Jobs.install(machine, project, name);
}

describe('file systems that programs make', () => {
  let machine: Machine;
  let jobs: Jobs;

  beforeAll(async () => {
    jobs = await install('fuse1', {
      'stowage.yml': policy('fuse1', '["*"]'),
      'services/merged.yml': contract('merged', '/mnt/merged/app'),
      'services/root.yml': contract('root', '/mnt/merged/root', '{ run_as: root }'),
      'services/around.yml': contract('around', '/mnt/around'),
      'services/bound.yml': contract('bound', '/mnt/bound'),
      'services/closed.yml': contract('closed', '/mnt/closed', `{ run_as: ${OWNER} }`),
      'services/user.yml': contract('user', '/mnt/merged/user', `{ run_as: ${OWNER} }`),
    });
    machine = jobs.machine;
    await machine.run(`useradd --uid ${OWNER} owner; [ -e /dev/fuse ] || mknod -m 666 /dev/fuse c 10 229
      for folder in /srv/disk/app /srv/disk/root /srv/disk/user /mnt/around /srv/other; do
        mkdir -p "$folder/the private"; echo text >"$folder/the private/file"; echo text >$folder/file
        chmod 700 "$folder/the private"; chown -R ${OWNER}:${OWNER} "$folder/the private"
      done
      mkdir -p /mnt/merged /mnt/bound '/mnt/around/a b'; install -d -o owner /mnt/closed
      mergerfs -o allow_other /srv/disk /mnt/merged; mergerfs -o allow_other /srv/other '/mnt/around/a b'
      bindfs /srv/other /mnt/bound
      setpriv --reuid=owner --regid=owner --clear-groups bindfs --no-allow-other /srv/other /mnt/closed`);
    await jobs.init('main');
  }, 60_000);

  afterAll(async () => machine.stop());

  const saved = async (service: string) =>
    (await jobs.restic(REPOSITORY, 'ls', 'latest', '--tag', `service:${service}`)).split('\n');

  test.each([
    ['merged', '/mnt/merged/app'],
    ['around', '/mnt/around/a b'],
  ])('one that hides a folder from the job is refused, and the key is named: %s', async (service, place) => {
    const run = await jobs.start(`backup-${service}`);
    expect(run).toMatchObject(
      failsWith(`backup-${service}`, `the file system of '${place}' decides by user`),
    );
    expect(run.why).toContain(`'${place}/the private'`);
    expect(run.why).toContain('backup: { run_as: root }');
    expect(await jobs.snapshots(REPOSITORY, service)).toEqual([]);
  });

  test('one that hides nothing is backed up, and so is one that hides nothing yet', async () => {
    expect(await jobs.start('backup-bound')).toMatchObject({ ok: true, told: [] });
    expect(await saved('bound')).toContain('/backup/bound/data/the private/file');
    await machine.run("mv '/srv/disk/app/the private' /srv/kept");
    expect(await jobs.start('backup-merged')).toMatchObject({ ok: true, told: [] });
    await machine.run("mv /srv/kept '/srv/disk/app/the private'");
  });

  test.each(['root', 'user'])('by whom the contract names it is backed up whole: %s', async (service) => {
    expect(await jobs.start(`backup-${service}`)).toMatchObject({ ok: true, told: [] });
    expect(await saved(service)).toContain(`/backup/${service}/data/the private/file`);
  });

  test('one that only its own user may look into cannot be a source: the job fails', async () => {
    const run = await jobs.start('backup-closed');
    expect(run).toMatchObject(failsWith('backup-closed', '/backup/closed/data: Permission denied'));
    expect(await jobs.snapshots(REPOSITORY, 'closed')).toEqual([]);
  });

  test('a rootless job, root of a name space of its own, refuses one too', async () => {
    const map = (of: string) => `--map-${of}=1000,0,1 --map-${of}=100000,1,65536`;
    const check = async (owner: number) => {
      const folder = `/srv/disk/of-${owner}`;
      await machine.run(`mkdir -p ${folder}/sub; echo text >${folder}/sub/file; chmod 700 ${folder}/sub
        chown -R 1000:1000 ${folder}; chown -R ${owner}:${owner} ${folder}/sub`);
      const script = '/usr/local/lib/stowage/lab/check-source.sh';
      return machine.run(
        `unshare --user ${map('users')} ${map('groups')} --setuid 0 --setgid 0 ${script} path /mnt/merged/of-${owner} not-empty --read-by=self`,
        { allowFail: true },
      );
    };
    // Its own, and that of a user inside a container.
    expect(await check(1000)).toMatchObject({ code: 0, stderr: '' });
    expect(await check(100_099)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("hides what is in '/mnt/merged/of-100099/sub'"),
    });
  });
});

describe('a service that moves to another machine', () => {
  let before: Jobs;
  let after: Jobs;

  beforeAll(async () => {
    before = await install('old1', { 'stowage.yml': policy('old1', '[wiki]'), ...WIKI });
    after = await install('new1', { 'stowage.yml': policy('new1', '[wiki]'), ...WIKI });
    await before.init('main');
  }, 60_000);

  afterAll(async () => {
    await before.machine.stop();
    await after.machine.stop();
  });

  /** Both machines see one repository: what the one has is now what the other has. */
  async function share(from: Jobs, to: Jobs): Promise<void> {
    const packed = await from.machine.run(`tar -C ${REPOSITORY} -cf - . | base64 --wrap=0`);
    const unpack = `rm -rf ${REPOSITORY}/*; base64 --decode | tar -C ${REPOSITORY} -xpf -`;
    await to.machine.run(unpack, { input: packed.stdout });
  }
  const page = (jobs: Jobs) => jobs.restic(REPOSITORY, 'dump', 'latest', '/backup/wiki/data/page');

  test('the new one takes over; the job that the old one still has fails, and makes nothing the newest', async () => {
    expect(await before.start('backup-wiki')).toMatchObject({ ok: true, told: [] });
    await share(before, after);
    const first = await after.start('backup-wiki');
    expect(first).toMatchObject({ ok: true, told: [] });
    expect(first.journal).toContain('new1 takes over from old1');
    expect(await after.start('backup-wiki')).toMatchObject({ ok: true, told: [] });
    await share(after, before);
    const ids = await before.snapshotIds(REPOSITORY);
    const retired = await before.start('backup-wiki');
    expect(retired).toMatchObject(failsWith('backup-wiki', 'was made by new1/'));
    expect(retired.why).toContain('uninstall its job here');
    expect(await before.snapshotIds(REPOSITORY)).toEqual(ids);
    expect(await page(before)).toBe('new1\n');
  });

  test('the command that the job prints makes it the machine of the service again, and then the other one fails', async () => {
    const [, command = ''] = /say so: (.*)$/m.exec(await before.why('backup-wiki')) ?? [];
    await before.machine.run(['sh', '-euc', `systemctl reset-failed\n${command}`]);
    expect(await page(before)).toBe('old1\n');
    await share(before, after);
    expect(await after.start('backup-wiki')).toMatchObject(failsWith('backup-wiki', 'was made by old1/'));
  });
});
