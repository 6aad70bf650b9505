import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { differences, makeData, manifest, volumeDifferences, type Manifest } from './lib/data.js';
import { importImage } from './lib/images.js';
import { Jobs } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { exampleProject, render, type Project } from './lib/program.js';
import { restoreCommands, WHOLE } from './lib/runbook.js';
import { runByTimer } from './lib/timer.js';

const POLICY = `version: 1
project: lab
contracts: services/ledger/contract.yml
repositories:
  nas: { url: /srv/restic, maintenance: { host: podman1 } }
defaults: { spread: 0m, retention: { keep_last: 2 } }
deployments: [{ runtime: podman, host: podman1, services: ['*'] }]
`;

/**
 * Quadlet calls the volume of `ledger-books.volume` `systemd-ledger-books`, that of `shelf.volume` as told, and the
 * container of `ledger-web.container` `systemd-ledger-web`.
 */
const QUADLETS = {
  'ledger-books.volume': '[Volume]\n',
  'shelf.volume': '[Volume]\nVolumeName=the-shelf\n',
  'ledger-web.container': `[Unit]
After=local-fs.target
[Container]
Image=localhost/app:1
Network=none
PodmanArgs=--init --init-path=/usr/bin/catatonit
Exec=sleep infinity
Volume=ledger-books.volume:/books
Volume=shelf.volume:/shelf
Volume=/srv/ledger papers:/papers
[Install]
WantedBy=multi-user.target
`,
} as const;

const VOLUMES = '/var/lib/containers/storage/volumes';
/** Where our program has to find each volume. */
const PLACES = {
  books: `${VOLUMES}/systemd-ledger-books/_data`,
  papers: '/srv/ledger papers',
  notes: `${VOLUMES}/the-shelf/_data/notes`,
} as const;
const REPOSITORY = '/srv/restic';
const JOB = 'backup-ledger';
const PLACE = 'podman on podman1';
/** Nobody writes while files come back. */
const STOPPED = 'test -z "$(podman ps --quiet --filter name=systemd-ledger-web)"';

/** Quadlet units of the system: backed up by their timer, lost whole, and brought back by their runbook. */
describe('a Podman host', () => {
  let machine: Machine;
  let project: Project;
  let jobs: Jobs;
  const before = new Map<string, Manifest>();
  const runbook = () => readFileSync(path.join(project.rendered, 'runbooks/ledger.md'), 'utf8');
  const inWorkload = (command: string) =>
    machine.run(['podman', 'exec', 'systemd-ledger-web', 'sh', '-c', command]);
  const type = (commands: string) => machine.run(['sh', '-euxc', commands], { timeout: 170 });
  const lostBytes = () => volumeDifferences(machine, PLACES, before);

  beforeAll(async () => {
    machine = await boot('engines', 'podman1', { disks: ['/var/lib/containers'] });
    project = exampleProject('ledger', {}, { 'stowage.yml': POLICY });
    await render(project);
    await importImage(machine, 'podman', 'localhost/app:1');
    for (const [name, text] of Object.entries(QUADLETS)) {
      await machine.write(`/etc/containers/systemd/${name}`, text);
    }
    await machine.run(['mkdir', '-p', PLACES.papers]);
    await machine.run('systemctl daemon-reload && systemctl start ledger-web.service');
    for (const place of Object.values(PLACES)) await makeData(machine, place);
    await inWorkload('echo written by the workload >/books/entry');
    jobs = await Jobs.install(machine, project, 'podman1');
    await jobs.init('nas');
  });

  afterAll(async () => machine.stop());

  test('the timer backs up a bind mount and volumes with and without VolumeName=', async () => {
    await runByTimer(machine, `stowage-lab-${JOB}`);
    expect(await jobs.snapshots(REPOSITORY)).toMatchObject([
      {
        hostname: 'ledger',
        tags: ['service:ledger'],
        paths: ['/backup/ledger/books', '/backup/ledger/notes', '/backup/ledger/papers'],
      },
    ]);
  });

  test('the runbook brings back volumes that are gone, and starts the workload with its data', async () => {
    for (const [volume, place] of Object.entries(PLACES)) before.set(volume, await manifest(machine, place));
    expect(before.get('notes')?.size).toBeGreaterThan(20);
    await machine.run(
      'systemctl stop ledger-web.service && podman volume rm systemd-ledger-books the-shelf && podman system prune --force --volumes',
    );
    await machine.run(['rm', '-rf', PLACES.papers]);
    expect((await machine.run(`podman volume ls -q; ls ${VOLUMES}`)).stdout).not.toMatch(/ledger|shelf/);

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

  test('damage to a running workload is undone in place, and files that were never there are removed', async () => {
    await inWorkload('rm -r /books/deep; echo x >>/books/big; echo y >/books/intruder; chmod 0777 /books');
    await type(restoreCommands(runbook(), PLACE, WHOLE, STOPPED));
    expect(await lostBytes()).toEqual([]);
    await inWorkload('test -e /books/deep');
  });

  test('a copy aside is equal too', async () => {
    await type(restoreCommands(runbook(), PLACE, /^Restore aside$/));
    const aside = await manifest(machine, '/var/tmp/stowage-restore/lab/ledger/notes');
    expect(differences(before.get('notes') ?? new Map(), aside)).toEqual([]);
  });

  test('the job needs no workload: it runs while that is stopped, and after the machine was off', async () => {
    await machine.run('systemctl stop ledger-web.service');
    expect(await jobs.start(JOB)).toMatchObject({ ok: true, told: [] });
    await machine.powerOff();
    await machine.powerOn();
    expect((await inWorkload('cat /books/entry')).stdout).toBe('written by the workload\n');
    expect(await jobs.start(JOB)).toMatchObject({ ok: true, told: [] });
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

    test('Podman keeps its volumes elsewhere now, and the old folder is still full', async () => {
      const moved = '/etc/containers/storage.conf';
      const elsewhere = '[storage]\ndriver = "vfs"\ngraphroot = "/srv/podman"\nrunroot = "/run/podman2"\n';
      await machine.run('systemctl stop ledger-web.service');
      await machine.write(moved, elsewhere);
      await machine.run('podman volume create --ignore the-shelf');
      await machine.run('podman volume create --ignore systemd-ledger-books');
      await expectFailure(
        `podman keeps the volume 'systemd-ledger-books' in '/srv/podman/volumes/systemd-ledger-books/_data', but this job was rendered for '${PLACES.books}'`,
      );
      await machine.run(['rm', moved]);
    });

    test('the volume is gone', async () => {
      await machine.run('podman volume rm --force the-shelf');
      await expectFailure(`the source '${PLACES.notes}' does not exist`);
    });

    test('the volume has been made again, empty', async () => {
      await machine.run('systemctl start ledger-web.service');
      await expectFailure(`the source '${PLACES.notes}' does not exist`);
      await machine.run(['mkdir', PLACES.notes]);
      await expectFailure(`the source '${PLACES.notes}' is empty`);
    });

    test('after the repair the next run is a good one', async () => {
      await type(restoreCommands(runbook(), PLACE, WHOLE, STOPPED));
      expect(await jobs.start(JOB)).toMatchObject({ ok: true, told: [] });
      expect(await lostBytes()).toEqual([]);
      await jobs.check(REPOSITORY);
    });
  });
});
