import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { differences, makeData, manifest, volumeDifferences, type Manifest } from './lib/data.js';
import { importImage } from './lib/images.js';
import { Jobs } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { exampleProject, render, type Project } from './lib/program.js';
import { restoreCommands, shellSteps, WHOLE } from './lib/runbook.js';
import { runByTimer } from './lib/timer.js';
import { shown } from './lib/units.js';

const POLICY = `version: 1
project: lab
contracts: services/ledger.app/contract.yml
repositories:
  nas: { url: /srv/restic, maintenance: { host: docker1 } }
defaults: { spread: 0m, retention: { keep_last: 2 } }
deployments: [{ runtime: docker, host: docker1, services: ['*'] }]
`;

/** Compose derives the project name from the folder, and from that the names of volumes without one of their own. */
const COMPOSE_FOLDER = '/opt/compose/ledger.app';
const COMPOSE = `services:
  ledger:
    image: localhost/app:1
    container_name: Ledger
    network_mode: none
    init: true
    command: [sleep, infinity]
    volumes:
      - books:/books
      - { type: bind, source: /srv/ledger papers, target: /papers }
      - shelf:/shelf
volumes:
  books:
  shelf: { name: the-shelf }
`;

const VOLUMES = '/var/lib/docker/volumes';
/** Where our program has to find each volume. */
const PLACES = {
  books: `${VOLUMES}/ledgerapp_books/_data`,
  papers: '/srv/ledger papers',
  notes: `${VOLUMES}/the-shelf/_data/notes`,
} as const;
const REPOSITORY = '/srv/restic';
const JOB = 'backup-ledger.app';
const PLACE = 'docker on docker1';
/** Nobody writes while files come back. */
const STOPPED = 'test -z "$(docker ps --quiet --filter name=Ledger)"';

/** A Compose project on a Docker host: backed up by its timer, lost whole, and brought back by its runbook. */
describe('a Docker host', () => {
  let machine: Machine;
  let project: Project;
  let jobs: Jobs;
  const before = new Map<string, Manifest>();
  const runbook = () => readFileSync(path.join(project.rendered, 'runbooks/ledger.app.md'), 'utf8');
  const compose = (args: string) => machine.run(`cd ${COMPOSE_FOLDER} && docker compose ${args}`);
  const inWorkload = (command: string) => machine.run(['docker', 'exec', 'Ledger', 'sh', '-c', command]);
  /** Types what the page prints, in the project's folder, as the page says. */
  const type = (commands: string) =>
    machine.run(['sh', '-euxc', `cd ${COMPOSE_FOLDER}\n${commands}`], { timeout: 170 });
  const lostBytes = () => volumeDifferences(machine, PLACES, before);

  beforeAll(async () => {
    machine = await boot('engines', 'docker1', { disks: ['/var/lib/docker'] });
    project = exampleProject('ledger', {}, { 'stowage.yml': POLICY });
    await render(project);
    await machine.run('systemctl start docker.service');
    await importImage(machine, 'docker', 'localhost/app:1');
    await machine.write(`${COMPOSE_FOLDER}/compose.yaml`, COMPOSE);
    await machine.run(['mkdir', '-p', PLACES.papers]);
    await compose('up --detach');
    for (const place of Object.values(PLACES)) await makeData(machine, place);
    await inWorkload('echo written by the workload >/books/entry');
    jobs = await Jobs.install(machine, project, 'docker1');
    await jobs.init('nas');
  });

  afterAll(async () => machine.stop());

  test('the timer backs up a bind mount, a volume of the project and one with a name of its own', async () => {
    await runByTimer(machine, `stowage-lab-${JOB}`);
    // After a boot too, when the check asks Docker for its volumes.
    expect((await shown(machine, `stowage-lab-${JOB}.service`)).After).toContain('docker.service');
    expect(await jobs.snapshots(REPOSITORY)).toMatchObject([
      {
        hostname: 'ledger.app',
        tags: ['service:ledger.app'],
        paths: ['/backup/ledger.app/books', '/backup/ledger.app/notes', '/backup/ledger.app/papers'],
      },
    ]);
  });

  test('the runbook brings back what "docker compose down -v" took, and starts the workload with its data', async () => {
    for (const [volume, place] of Object.entries(PLACES)) before.set(volume, await manifest(machine, place));
    expect(before.get('notes')?.size).toBeGreaterThan(20);
    await compose('down --volumes');
    await machine.run(['rm', '-rf', PLACES.papers]);
    expect((await machine.run(`docker volume ls -q; ls ${VOLUMES}`)).stdout).not.toMatch(/ledger|shelf/);

    await type(restoreCommands(runbook(), PLACE, WHOLE, STOPPED));

    expect(restoreCommands(runbook(), PLACE, /^Verify$/)).toContain("grep 'by the workload' /books/entry");
    expect(await lostBytes()).toEqual([]);
    expect((await inWorkload('cat /books/entry; cat /papers/plain /shelf/notes/plain')).stdout).toBe(
      'written by the workload\nplain\nplain\n',
    );
    // "Back up again" was the last step; the parent was found although every folder is another one.
    const snapshots = await jobs.snapshots(REPOSITORY);
    expect(snapshots).toHaveLength(2);
    expect(await jobs.restic(REPOSITORY, 'diff', snapshots[0]?.id ?? '', snapshots[1]?.id ?? '')).toMatch(
      /Files: +0 new, +0 removed, +0 changed/,
    );
  });

  test('Compose takes the volume that the runbook made for its own', async () => {
    const up = await compose('up --detach 2>&1');
    expect(up.stdout).toMatch(/the-shelf.*already exists but was not created by Docker Compose/);
    expect(up.stdout).not.toContain('ledgerapp_books');
  });

  test('damage to a running workload is undone in place, and files that were never there are removed', async () => {
    await inWorkload('rm -r /books/deep; echo x >>/books/big; echo y >/books/intruder; chmod 0777 /books');
    await type(restoreCommands(runbook(), PLACE, WHOLE, STOPPED));
    expect(await lostBytes()).toEqual([]);
    await inWorkload('test -e /books/deep');
  });

  test('a copy aside is equal too', async () => {
    await type(restoreCommands(runbook(), PLACE, /^Restore aside$/));
    const aside = await manifest(machine, '/var/tmp/stowage-restore/lab/ledger.app/notes');
    expect(differences(before.get('notes') ?? new Map(), aside)).toEqual([]);
  });

  describe('a fault is reported, and records nothing', () => {
    let count = 0;
    async function expectFailure(reason: string): Promise<void> {
      const { ok, why, told } = await jobs.start(JOB);
      expect({ ok, why, told }).toEqual({
        ok: false,
        why: expect.stringContaining(reason),
        told: [`stowage-lab-${JOB}`],
      });
      expect(await jobs.snapshots(REPOSITORY)).toHaveLength(count);
    }

    beforeAll(async () => {
      count = (await jobs.snapshots(REPOSITORY)).length;
    });

    test('Docker keeps its volumes elsewhere now, and the old folder is still full', async () => {
      await machine.write('/etc/docker/daemon.json', '{ "data-root": "/srv/docker" }');
      await machine.run('systemctl restart docker.service && docker volume create ledgerapp_books');
      await expectFailure(
        `docker keeps the volume 'ledgerapp_books' in '/srv/docker/volumes/ledgerapp_books/_data', but this job was rendered for '${PLACES.books}'`,
      );
      await machine.run('rm /etc/docker/daemon.json && systemctl restart docker.service');
    });

    test('Docker does not run', async () => {
      await machine.run('systemctl stop docker.socket docker.service');
      await expectFailure(`docker does not know the volume 'ledgerapp_books' (or does not answer)`);
      await machine.run('systemctl start docker.service');
    });

    test('the volume is gone', async () => {
      await compose('down --volumes');
      await expectFailure(`the source '${PLACES.books}' does not exist`);
    });

    test('the volume has been made again, empty', async () => {
      await compose('up --detach');
      await expectFailure(`the source '${PLACES.notes}' does not exist`);
      await machine.run(['mkdir', PLACES.notes]);
      await expectFailure(`the source '${PLACES.books}' is empty`);
    });

    test('after the repair the next run is a good one', async () => {
      await type(restoreCommands(runbook(), PLACE, WHOLE, STOPPED));
      expect(await jobs.start(JOB)).toMatchObject({ ok: true, told: [] });
      expect(await lostBytes()).toEqual([]);
      await jobs.check(REPOSITORY);
    });
  });

  /** One Compose file for a whole machine; its project has a name of its own. */
  describe('a service of a Compose project that is not called like it', () => {
    const HOMELAB = '/opt/stacks/everything';
    /** The id of the snapshot from before the damage. */
    let good = '';
    const wiki = (more: string) => `service_id: wiki
runtime_templates: { docker: d }
service_volumes: [{ name: data, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
health: { cmd: [test, -e, /data/page] }
secrets: { items: [{ name: key, type: file, content: '{{ key }}' }] }
backup:
  volumes: { data: { docker_volume: homelab_wiki-data } }
${more}`;
    /** What deploys it, as some roles do: the file with a secret is there only while they run. */
    const DEPLOY = `#!/bin/sh -eux
cd ${HOMELAB}
[ "$1" = start ] || exec docker compose stop wiki
mkdir -p secrets; echo secret >secrets/key; docker compose up --detach; rm -r secrets
`;
    const containers = async () =>
      (await machine.run("docker ps --all --format '{{.Names}} {{.State}}' | sort")).stdout;
    const inWiki = (command: string) =>
      machine.run(['docker', 'exec', 'homelab-wiki-1', 'sh', '-c', command]);
    const typeInFolder = (commands: string) =>
      machine.run(['sh', '-euxc', `cd ${HOMELAB}\n${commands}`], { timeout: 170, allowFail: true });

    async function rendered(more: string): Promise<string> {
      const both = POLICY.replace(
        'services/ledger.app/contract.yml',
        "['services/*/contract.yml', services/wiki.yml]",
      ).replace("services: ['*']", 'services: [ledger.app, wiki]');
      const own = exampleProject('ledger', {}, { 'stowage.yml': both, 'services/wiki.yml': wiki(more) });
      await render(own);
      jobs = await Jobs.install(machine, own, 'docker1');
      return readFileSync(path.join(own.rendered, 'runbooks/wiki.md'), 'utf8');
    }

    beforeAll(async () => {
      const service = (volume: string, more = '') =>
        `{ image: localhost/app:1, network_mode: none, init: true, command: [sleep, infinity], volumes: [${volume}]${more} }`;
      await machine.write(
        `${HOMELAB}/compose.yaml`,
        `name: homelab
services:
  wiki: ${service('"wiki-data:/data"', ', secrets: [key]')}
  other: ${service('"other-data:/data"')}
volumes: { wiki-data: {}, other-data: {} }
secrets: { key: { file: ./secrets/key } }
`,
      );
      await machine.write('/opt/deploy', DEPLOY, '755');
      await machine.run('/opt/deploy start');
      await inWiki('echo good >/data/page');
      await rendered('');
      expect(await jobs.start('backup-wiki')).toMatchObject({ ok: true });
      good = (await jobs.snapshots(REPOSITORY)).at(-1)?.id ?? '';
      await inWiki('echo damaged >/data/page');
    });

    test('is not harmed by a page that does not know the project, whoever types all of it', async () => {
      const page = await rendered('');
      const before = await containers();
      const whole = await typeInFolder(restoreCommands(page, PLACE));
      expect(whole.code).not.toBe(0);
      expect(whole.stderr).toContain('container homelab-wiki-1 (docker, Compose project homelab)');
      for (const { commands } of shellSteps(page).filter(({ headings }) => headings.includes(PLACE))) {
        await typeInFolder(commands);
      }
      expect(await containers()).toBe(before);
      expect((await machine.run('docker volume ls --quiet | grep wiki')).stdout).toBe('homelab_wiki-data\n');
      expect((await inWiki('cat /data/page')).stdout).toBe('damaged\n');
    });

    test('comes back by a page that knows it, and nothing else of the project stands still', async () => {
      const other = await machine.run("docker inspect --format '{{.State.StartedAt}}' homelab-other-1");
      const page = await rendered(
        '  compose_project: homelab\n  commands: { start: [/opt/deploy, start] }\n',
      );
      const again = /^(?:Verify|Back up again)$/;
      const before = /^(?!.* aside$|Look into |Verify$|Back up again$)/;
      // Whoever typed all of the other page has backed up the damage too; so it takes the snapshot from before.
      const typed = await typeInFolder(
        restoreCommands(page, PLACE, before).replaceAll(' latest ', ` ${good} `),
      );
      expect(typed).toMatchObject({ code: 0 });
      // The file with the secret is gone, so only what deploys the service can start it; that is typed there.
      expect(await containers()).toContain('homelab-wiki-1 exited');
      const byHand = await machine.run('docker start homelab-wiki-1', { allowFail: true });
      expect(byHand.stderr).toContain('secrets/key');
      const start = shellSteps(page).find(({ headings }) => headings.at(-1) === 'Start the workload');
      expect(start?.commands).toBe('/opt/deploy start\n');
      await machine.run(start?.commands ?? 'false');
      expect(await typeInFolder(restoreCommands(page, PLACE, again))).toMatchObject({ code: 0 });
      expect((await inWiki('cat /data/page')).stdout).toBe('good\n');
      expect(
        (await machine.run("docker inspect --format '{{.State.StartedAt}}' homelab-other-1")).stdout,
      ).toBe(other.stdout);
    });
  });
});
