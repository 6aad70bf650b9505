import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Cluster } from './lib/cluster.js';
import { differences, makeData, manifest, type Manifest } from './lib/data.js';
import { progress } from './lib/host.js';
import { importImage } from './lib/images.js';
import { Jobs } from './lib/jobs.js';
import { kubernetesOf } from './lib/kubernetes.js';
import { boot, type Machine } from './lib/machine.js';
import { exampleProject, render, type Project } from './lib/program.js';
import { restoreCommands } from './lib/runbook.js';

const URL = 'rest:http://127.0.0.1:8000/';
const PASSWORD = 'a password';
/** One volume, which each runtime keeps in a place of its own. */
const VOLUME = '/srv/receipts';

/** What is different about a runtime, seen from outside. */
interface Runtime {
  readonly name: string;
  /** Line of the policy that deploys the service under it. */
  readonly deployment: string;
  /** Where this runtime's guests see the volume's files come from; a managed volume without. */
  readonly hostPath?: string;
  /** Folder of the rendered tree, and title in the runbook. */
  readonly tree: string;
  readonly title: string;
  /** The volume's folder on the machine. */
  readonly place: string;
  /** Shell commands that make the volume, and that lose it. */
  readonly make: string;
  readonly lose: string;
}

function onHost(name: string, what: Pick<Runtime, 'place' | 'make' | 'lose' | 'hostPath'>): Runtime {
  const host = `across-${name}`;
  return {
    name,
    deployment: `{ runtime: ${name}, host: ${host}, services: [receipts] }`,
    ...{ tree: `hosts/${host}`, title: `${name} on ${host}` },
    ...what,
  };
}

const PODMAN_VOLUMES = '/var/lib/containers/storage/volumes';
const RUNTIMES: readonly Runtime[] = [
  onHost('docker', {
    place: '/var/lib/docker/volumes/receipts_data/_data',
    make: 'docker volume create receipts_data',
    lose: 'docker volume rm --force receipts_data',
  }),
  onHost('podman', {
    place: `${PODMAN_VOLUMES}/systemd-data/_data`,
    make: 'podman volume create systemd-data',
    lose: 'podman volume rm --force systemd-data',
  }),
  {
    name: 'kubernetes',
    deployment: '{ runtime: kubernetes, services: [receipts] }',
    ...{ tree: 'kubernetes/default', title: 'kubernetes in namespace default' },
    place: `${PODMAN_VOLUMES}/receipts-data/_data`,
    make: 'podman volume create receipts-data',
    lose: 'podman volume rm --force receipts-data',
  },
  onHost('baremetal', { place: VOLUME, make: `mkdir -p ${VOLUME}`, lose: `rm -rf ${VOLUME}` }),
  onHost('proxmox', {
    hostPath: '/tank/guests/receipts',
    place: '/tank/guests/receipts',
    make: 'mkdir -p /tank/guests/receipts',
    lose: 'rm -rf /tank/guests/receipts',
  }),
];
const NAMES = RUNTIMES.map(({ name }) => name);

function projectFor({ deployment, hostPath }: Runtime): Project {
  const policy = `version: 1
project: lab
contracts: services/receipts/contract.yml
repositories:
  nas: { url: '${URL}', kubernetes_secret: restic-nas, maintenance: { host: elsewhere } }
defaults: { schedule: "0 0 1 1 *", spread: 0m, retention: { keep_last: 2 } }
deployments: [${deployment}]
runtimes: { kubernetes: { image: "localhost/restic:test" } }
`;
  const target = 'target: /srv/receipts';
  const changes =
    hostPath === undefined
      ? {}
      : { 'services/receipts/contract.yml': { [target]: `${target}, host_path: ${hostPath}` } };
  return exampleProject('ledger', changes, { 'stowage.yml': policy });
}

/**
 * The promise that everything leans on: a snapshot looks the same on every runtime. Each runtime in turn has the data,
 * backs it up with its rendered job into the one repository, and loses it; then every runtime gets it back with the
 * commands of its own rendered runbook, which ask for the latest snapshot.
 */
describe('backed up under one runtime, restored under another', () => {
  let machine: Machine;
  let cluster: Cluster;
  const projects = new Map<string, Project>();
  const table = new Map<string, string>();

  const rendered = ({ name }: Runtime, file: string) => path.join(projects.get(name)?.rendered ?? '', file);
  const runbook = (runtime: Runtime) => readFileSync(rendered(runtime, 'runbooks/receipts.md'), 'utf8');
  const restore = (runtime: Runtime) =>
    restoreCommands(
      runbook(runtime),
      runtime.title,
      /^(Make the volumes|Start a pod|Restore (data )?in place|Remove the pod)/,
    );

  async function install(runtime: Runtime): Promise<Jobs | null> {
    const project = projects.get(runtime.name);
    if (project === undefined || runtime.name === 'kubernetes') return null;
    return Jobs.install(machine, project, path.basename(runtime.tree));
  }

  async function backUp(runtime: Runtime): Promise<void> {
    // Each is a host of its own, which knows of no other: the service moves to it.
    await machine.run('rm -rf /var/lib/stowage/lab/jobs/*');
    const jobs = await install(runtime);
    if (jobs === null) await cluster.run('stowage-lab-backup-receipts');
    else expect(await jobs.start('backup-receipts')).toMatchObject({ ok: true });
  }

  beforeAll(async () => {
    machine = await boot('engines', 'across', { disks: ['/var/lib/docker', '/var/lib/containers'] });
    for (const runtime of RUNTIMES) {
      const project = projectFor(runtime);
      projects.set(runtime.name, project);
      await render(project);
    }
    const serve = 'restic-rest-server --path /srv/restic --no-auth --listen 127.0.0.1:8000';
    await machine.run(`systemd-run --quiet --unit=rest-server ${serve}; systemctl start docker.service`);
    await importImage(machine, 'podman', 'localhost/restic:test', 'restic');
    const [first, , kubernetes] = RUNTIMES;
    if (first === undefined || kubernetes === undefined) throw new Error('no runtimes');
    cluster = await Cluster.make(
      machine,
      await kubernetesOf('kubernetes-trixie'),
      rendered(kubernetes, 'kubernetes'),
      {
        'restic-nas': { RESTIC_PASSWORD: PASSWORD },
      },
    );
    await install(first);
    await machine.run('/usr/local/lib/stowage/lab/restic-nas.sh init');
  });

  afterAll(async () => {
    progress(`from \\ to     ${NAMES.map((name) => name.padEnd(11)).join('')}`);
    for (const from of NAMES) {
      const cells = NAMES.map((to) => (table.get(`${from} ${to}`) ?? '-').padEnd(11));
      progress(`${from.padEnd(14)}${cells.join('')}`);
    }
    await machine.stop();
  });

  describe.each(RUNTIMES)('$name', (from) => {
    let before: Manifest;

    beforeAll(async () => {
      await machine.run(from.make);
      await makeData(machine, from.place);
      await machine.write(`${from.place}/origin`, from.name);
      before = await manifest(machine, from.place);
      await backUp(from);
      await machine.run(from.lose);
    });

    test.each(RUNTIMES)('to $name', async (to) => {
      const cell = `${from.name} ${to.name}`;
      table.set(cell, 'FAILED');
      await install(to);
      await machine.run(['sh', '-euxc', restore(to)], { timeout: 170 });
      expect(await machine.read(`${to.place}/origin`)).toBe(from.name);
      const lost = differences(before, await manifest(machine, to.place));
      await machine.run(to.lose);
      await machine.run(['test', '!', '-e', to.place]);
      expect(lost).toEqual([]);
      table.set(cell, 'equal');
    });
  });

  test('their snapshots are one history', async () => {
    const listing = await machine.run(
      '/usr/local/lib/stowage/lab/restic-nas.sh snapshots --json --group-by host,tags,paths',
    );
    const groups = JSON.parse(listing.stdout) as { group_key: unknown; snapshots: { parent?: string }[] }[];
    expect(groups.map((group) => group.group_key)).toEqual([
      { hostname: 'receipts', tags: ['service:receipts'], paths: ['/backup/receipts/data'] },
    ]);
    expect(groups[0]?.snapshots.filter((snapshot) => snapshot.parent === undefined)).toHaveLength(1);
    expect(groups[0]?.snapshots).toHaveLength(RUNTIMES.length);
  });

  test('a runbook prints the same for another runtime as the one made for that runtime', () => {
    const managed = RUNTIMES.filter(({ hostPath, name }) => hostPath === undefined && name !== 'kubernetes');
    for (const from of RUNTIMES.filter((runtime) => runtime.hostPath === undefined)) {
      for (const to of managed.filter((runtime) => runtime !== from)) {
        const own = restore(to)
          .split('\n')
          .filter((line) => line !== '');
        const printed = restoreCommands(
          runbook(from),
          'Restore on another runtime',
          new RegExp(`^On ${to.name}$`),
        );
        expect(printed.trimEnd().split('\n')).toEqual(own);
      }
    }
  });
});
