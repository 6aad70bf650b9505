import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { failsWith } from './lib/aftermath.js';
import { differences, makeData, manifest, type Manifest } from './lib/data.js';
import { noteEngine, versionIn } from './lib/engines.js';
import { Jobs } from './lib/jobs.js';
import { KernelMachine } from './lib/kernel.js';
import { makeProject, render, type Project } from './lib/program.js';
import { runbookCommands } from './lib/runbook.js';

/** Half a day away: no timer fires by itself while the scenario runs. */
const REPOSITORY = 'rest:http://127.0.0.1:8000/';
const OWNER = 1234;
const contract = (id: string, backup: string) => `service_id: ${id}
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: data, path: /mnt/nas/${id} }] }
backup: ${backup}
`;

/** A server that lets root do nothing (`root_squash`), and a client of it on the same machine. */
describe('folders of an NFS server', () => {
  let machine: KernelMachine;
  let jobs: Jobs;
  let project: Project;
  let before: Manifest;
  /** What the page of `wiki` has below a heading, typed by somebody whose shell stops at what fails. */
  const type = (heading: string) => {
    const page = readFileSync(path.join(project.rendered, 'runbooks/wiki.md'), 'utf8');
    return machine.run(['sh', '-euc', `cd /root\n${runbookCommands(page, heading)}`]);
  };
  const asOwner = (commands: string) =>
    machine.run([
      'setpriv',
      `--reuid=${OWNER}`,
      `--regid=${OWNER}`,
      '--clear-groups',
      'sh',
      '-euc',
      commands,
    ]);

  beforeAll(async () => {
    project = makeProject({
      'stowage.yml': `version: 1
project: lab
contracts: services/*.yml
repositories: { main: { url: "${REPOSITORY}", maintenance: { host: nfs1 } } }
defaults: { schedule: ${AWAY}, spread: 0m, retention: { keep_last: 2 } }
deployments: [{ runtime: baremetal, host: nfs1, services: ["*"] }]
`,
      'services/closed.yml': contract('closed', '{}'),
      'services/partly.yml': contract('partly', '{}'),
      'services/wiki.yml': contract('wiki', `{ run_as: ${OWNER} }`),
    });
    await render(project);
    machine = new KernelMachine('nfs1');
    await machine.powerOn();
    await makeData(machine, '/srv/nas/wiki');
    // A client does not see the access lists of a server's files.
    await machine.run(`set -e; setfacl --remove-all /srv/nas/wiki/empty
      useradd --uid ${OWNER} owner; mkdir /mnt/nas; install -d -o restic-rest-server /srv/served
      cd /srv/nas; chmod u+r wiki/.hidden; mkdir -p closed partly/private; echo text | tee closed/file partly/private/file
      chmod 700 wiki closed partly/private; chown -hR ${OWNER}:${OWNER} wiki closed partly/private
      echo '/srv/nas 127.0.0.1(rw,root_squash,no_subtree_check)' >/etc/exports`);
    jobs = await Jobs.install(machine, project, 'nfs1');
    await machine.bootKernel();
    noteEngine('linux', versionIn((await machine.run('uname -r')).stdout) ?? '');
    const server = 'restic-rest-server --no-auth --listen 127.0.0.1:8000 --path /srv/served';
    await machine.run(`set -e
      systemctl set-environment STOWAGE_KNOCK_PAUSE=0
      systemctl start nfs-server; mount -t nfs 127.0.0.1:/srv/nas /mnt/nas
      systemd-run --quiet --unit=served --uid=restic-rest-server ${server}
      until bash -c ': </dev/tcp/127.0.0.1/8000' 2>/dev/null; do sleep 0.5; done`);
    await jobs.init('main');
    before = await manifest(machine, '/srv/nas/wiki');
  }, 1_800_000);

  afterAll(async () => machine.stop());

  test('one that the job may not look into is not called empty: the key is named', async () => {
    const run = await jobs.start('backup-closed');
    expect(run).toMatchObject(failsWith('backup-closed', "the source '/mnt/nas/closed' cannot be read"));
    expect(run.why).toContain('backup: { run_as: root }, or the number of a user');
    expect(await jobs.snapshots(REPOSITORY, 'closed')).toEqual([]);
  });

  test('one with a folder that the job may not read is no complete snapshot', async () => {
    const run = await jobs.start('backup-partly');
    expect(run).toMatchObject(failsWith('backup-partly', '/backup/partly/data/private: permission denied'));
    expect(run.why).toContain('it is marked');
  });

  test('its owner, named by run_as, backs up all of it', async () => {
    expect(await jobs.start('backup-wiki')).toMatchObject({ ok: true, told: [] });
  });

  test('in place the page brings everything back as its owner, and deletes what it has shown', async () => {
    await asOwner('cd /mnt/nas/wiki; rm -r big deep link; echo damaged >plain; echo more >extra');
    const restored = await type('Restore in place');
    expect(restored.stderr).toContain(`root may not write there: restoring as user ${OWNER}`);
    expect(differences(before, await manifest(machine, '/srv/nas/wiki'))).toEqual(['"extra": appeared']);
    expect((await type('Show what is there besides')).stdout).toBe('extra\n');
    await type('Delete what was shown');
    await machine.run('[ ! -e /srv/nas/wiki/extra ]');
    expect((await type('Check owners')).stdout).toContain(`${OWNER} ${OWNER}`);
  });
});
