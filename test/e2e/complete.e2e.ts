import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { failsWith } from './lib/aftermath.js';
import { Jobs, type Snapshot } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { audit, makeProject, render, type Project } from './lib/program.js';

const LOCAL = '/srv/local';
const SERVED = '/srv/served';
/** Half a day away: no timer fires by itself while the scenario runs. */
const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  local: { url: ${LOCAL}, maintenance: { host: metal1 }, forget: ${AWAY} }
  far: { url: 'rest:http://127.0.0.1:8000/', maintenance: { host: metal1 }, forget: ${AWAY} }
defaults: { repository: local, schedule: ${AWAY}, spread: 0m, retention: { keep_last: 1 } }
deployments: [{ runtime: baremetal, host: metal1, services: ['*'] }]
`;

/** On disks that may be missing while the application goes on. */
const FILMS = '/srv/films';
const PHOTOS = '/srv/p h:otos';
const MEDIA = `service_id: media
runtime_templates: { baremetal: b }
mounts:
  persistent_volumes: [{ name: films, path: ${FILMS} }, { name: photos, path: '${PHOTOS}' }]
backup:
  volumes: { photos: { mount_point: true, must_contain: ['a b/$x', index] } }
`;
const NOTES = '/srv/notes';
const NOTES_CONTRACT = `service_id: notes
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: all, path: ${NOTES} }] }
backup: { repository: far }
`;

/** No job is green whose snapshot is not complete, and no such snapshot takes the place of a complete one. */
describe('what a snapshot has to be', () => {
  let machine: Machine;
  let jobs: Jobs;
  let project: Project;
  /** What an audit of the real list says. */
  const audited = async () => audit(project, 'local', await jobs.restic(LOCAL, 'snapshots', '--json'));
  const ids = (snapshots: readonly Snapshot[]): string[] => snapshots.map(({ id }) => id);
  /** Ids that a marker of this host names, as tags. */
  const marked = async (repository: string, host: string): Promise<string[]> =>
    (await jobs.snapshots(repository))
      .filter(({ hostname }) => hostname === `${host}.incomplete`)
      .flatMap(({ tags }) => tags);
  const settled = async (repository: string, host: string): Promise<number> =>
    (await jobs.snapshots(repository)).filter(({ tags }) => tags.includes(`incomplete:${host}`)).length;
  const good = { ok: true, told: [] };

  beforeAll(async () => {
    machine = await boot('engines', 'complete');
    project = makeProject({
      'stowage.yml': POLICY,
      'services/media.yml': MEDIA,
      'services/notes.yml': NOTES_CONTRACT,
    });
    await render(project);
    await machine.run(`install -d -o restic-rest-server ${SERVED}
      for server in '8000 --append-only' 8001; do
        set -- $server
        systemd-run --quiet --unit=server-$1 --uid=restic-rest-server restic-rest-server --no-auth --path ${SERVED} --listen 127.0.0.1:$server
        until bash -c ": </dev/tcp/127.0.0.1/$1" 2>/dev/null; do sleep 0.05; done
      done
      mkdir ${FILMS} '${PHOTOS}' ${NOTES}; mount -t tmpfs films ${FILMS}; mount -t tmpfs photos '${PHOTOS}'
      cd ${FILMS}; for n in $(seq 150); do echo "film $n" >film$n; done
      mkdir extras; mount -t tmpfs extras extras; echo kept >extras/file
      cd '${PHOTOS}'; mkdir 'a b'; echo 1 >'a b/$x'; echo 2 >index
      umask 077; for n in 1 2 3; do echo note >${NOTES}/$n; done`);
    jobs = await Jobs.install(machine, project, 'metal1');
    await jobs.init('local');
    await jobs.init('far');
  });

  afterAll(async () => machine.stop());

  describe('where a disk is not there and the application goes on', () => {
    let complete = '';
    const newest = async (): Promise<string> => ids(await jobs.snapshots(LOCAL, 'media')).at(-1) ?? '';

    test('as long as all is there the job is content; so it is with a few files less', async () => {
      expect(await jobs.start('backup-media')).toMatchObject(good);
      await machine.run(`rm ${FILMS}/film1?`);
      expect(await jobs.start('backup-media')).toMatchObject(good);
      expect(await marked(LOCAL, 'media')).toEqual([]);
      expect(await audited()).toEqual([]);
    });

    test('what was mounted inside a volume and is not now fails the job, until it is back', async () => {
      await machine.run(`umount ${FILMS}/extras`);
      expect(await jobs.start('backup-media')).toMatchObject(
        failsWith('backup-media', 'and is not now: /backup/media/films/extras'),
      );
      expect(await marked(LOCAL, 'media')).toEqual([`incomplete:${await newest()}`]);
      expect(await audited()).toEqual([['incomplete', 'media']]);
      await machine.run(`mount -t tmpfs extras ${FILMS}/extras; echo kept >${FILMS}/extras/file`);
      expect(await jobs.start('backup-media')).toMatchObject(good);
      complete = await newest();
    });

    test('a place that must be a mount point, and what it must contain, stop the job before restic', async () => {
      await machine.run(
        `umount '${PHOTOS}'; mkdir -p '${PHOTOS}/a b'; touch '${PHOTOS}/a b/$x' '${PHOTOS}/index'`,
      );
      expect(await jobs.start('backup-media')).toMatchObject(
        failsWith('backup-media', `nothing is mounted at the source '${PHOTOS}'`),
      );
      await machine.run(`mount -t tmpfs photos '${PHOTOS}'; echo 2 >'${PHOTOS}/index'`);
      expect(await jobs.start('backup-media')).toMatchObject(
        failsWith('backup-media', `the source '${PHOTOS}' does not contain 'a b/$x'`),
      );
      await machine.run(`mkdir '${PHOTOS}/a b'; ln -s nowhere '${PHOTOS}/a b/$x'`);
      expect(await newest()).toBe(complete);
    });

    test('one new file in the empty folder fails it every time, with both numbers', async () => {
      await machine.run(
        `umount ${FILMS}/extras ${FILMS}; echo new >${FILMS}/new; mkdir ${FILMS}/extras; mount -t tmpfs extras ${FILMS}/extras`,
      );
      for (const day of [2, 3]) {
        expect({ day, ...(await jobs.start('backup-media')) }).toMatchObject(
          failsWith('backup-media', `/backup/media/films has 1 of 141 files and 4 B of`),
        );
      }
      expect(await marked(LOCAL, 'media')).toHaveLength(3);
    });

    test('retention keeps the complete one, and the marked ones for a while under a tag of their own', async () => {
      expect(await jobs.start('forget-local')).toMatchObject(good);
      expect(ids(await jobs.snapshots(LOCAL, 'media'))).toEqual([complete]);
      expect(await marked(LOCAL, 'media')).toEqual([]);
      expect(await settled(LOCAL, 'media')).toBe(3);
      expect(await audited()).toEqual([['incomplete', 'media']]);
    });

    test('what a person accepts, with the command that the job names, is what the next ones are compared with', async () => {
      const refused = await jobs.start('backup-media');
      expect(refused).toMatchObject(
        failsWith('backup-media', `the last accepted one is ${complete.slice(0, 8)}`),
      );
      expect(await jobs.start('forget-local')).toMatchObject(good);
      const [, command = ''] = /accept it: (.*)/.exec(refused.journal) ?? [];
      expect((await machine.run(command)).stdout).toContain('accepted: ');
      expect(await jobs.start('backup-media')).toMatchObject(good);
      expect(await jobs.start('forget-local')).toMatchObject(good);
      expect(await marked(LOCAL, 'media')).toEqual([]);
      expect(await jobs.start('backup-media')).toMatchObject(good);
      expect(await audited()).toEqual([]);
      await jobs.restic(LOCAL, 'tag', '--set', 'service:other', 'latest');
      expect(await audited()).toContainEqual(['orphan', null]);
      await jobs.check(LOCAL);
    });
  });

  describe('in a repository that only appends', () => {
    const dropIn = '/etc/systemd/system/stowage-lab-backup-notes.service.d/poor.conf';
    let complete = '';

    test('a snapshot that lacks what could not be read is marked, and the job says what that is', async () => {
      expect(await jobs.start('backup-notes')).toMatchObject(good);
      complete = ids(await jobs.snapshots(SERVED, 'notes'))[0] ?? '';
      // As on a file system that decides by the user, the capability is worth nothing.
      await machine.write(dropIn, '[Service]\nAmbientCapabilities=\nCapabilityBoundingSet=\n');
      await machine.run(
        `systemctl daemon-reload; chmod 755 ${NOTES}; chmod 644 ${NOTES}/2; echo more >>${NOTES}/1`,
      );
      const refused = await jobs.start('backup-notes');
      expect(refused).toMatchObject(
        failsWith('backup-notes', 'is not complete: some files could not be read'),
      );
      expect(refused.journal).toMatch(/error: .*\/backup\/notes\/all\/1: permission denied/);
      expect((await machine.run('systemctl show -P ExecMainStatus stowage-lab-backup-notes')).stdout).toBe(
        '3\n',
      );
      expect(await marked(SERVED, 'notes')).toEqual([
        `incomplete:${ids(await jobs.snapshots(SERVED, 'notes'))[1] ?? ''}`,
      ]);
      await machine.run(`rm ${dropIn}; systemctl daemon-reload`);
    });

    test('a job that was killed before it could say so has its snapshot marked by the next one', async () => {
      // It stays where it asks the repository about what it has just saved.
      await machine.write(
        '/usr/local/bin/restic',
        '#!/bin/sh\ncase "$*" in snapshots*notes.incomplete) exec sleep 1000 ;; esac\nexec /usr/bin/restic "$@"\n',
        '755',
      );
      await machine.run(`systemctl start --no-block stowage-lab-backup-notes
        until grep -qs saved /var/lib/stowage/lab/jobs/backup-notes/output; do sleep 0.1; done
        systemctl kill --signal=KILL stowage-lab-backup-notes; rm /usr/local/bin/restic`);
      expect((await jobs.end('backup-notes')).ok).toBe(false);
      const killed = ids(await jobs.snapshots(SERVED, 'notes')).at(-1) ?? '';
      expect(await jobs.start('backup-notes')).toMatchObject(good);
      expect(await marked(SERVED, 'notes')).toContain(`incomplete:${killed}`);
    });

    test('a place that may not remove them forgets nothing of the service, and says so', async () => {
      const before = await jobs.snapshotIds(SERVED);
      expect(await jobs.start('forget-far')).toMatchObject(failsWith('forget-far', 'cannot be settled'));
      expect(await jobs.start('forget-far')).toMatchObject(
        failsWith('forget-far', 'nothing of service:notes is forgotten'),
      );
      const after = await jobs.snapshotIds(SERVED);
      expect(after).toEqual(expect.arrayContaining(before));
      // The copies that it could write, once.
      expect(after).toHaveLength(before.length + 2);
    });

    test('a place that may settles them, and keeps the newest complete one', async () => {
      const last = ids(await jobs.snapshots(SERVED, 'notes')).at(-1);
      await machine.write(
        '/etc/systemd/system/stowage-lab-forget-far.service.d/full.conf',
        '[Service]\nEnvironment=RESTIC_REPOSITORY=rest:http://127.0.0.1:8001/\n',
      );
      await machine.run('systemctl daemon-reload');
      expect(await jobs.start('forget-far')).toMatchObject(good);
      expect(ids(await jobs.snapshots(SERVED, 'notes'))).toEqual([last]);
      expect(last).not.toBe(complete);
      expect(await marked(SERVED, 'notes')).toEqual([]);
      expect(await settled(SERVED, 'notes')).toBe(2);
    });

    test('a client accepts, though it may remove nothing; maintenance gives the snapshot back', async () => {
      await machine.run(`head -c 12M /dev/urandom >${NOTES}/film`);
      expect(await jobs.start('backup-notes')).toMatchObject(good);
      await machine.run(`rm ${NOTES}/film`);
      const refused = await jobs.start('backup-notes');
      expect(refused).toMatchObject(
        failsWith('backup-notes', '/backup/notes/all has 3 of 4 files and 20 B of 12.0 MiB left'),
      );
      const [, command = ''] = /accept it: (.*)/.exec(refused.journal) ?? [];
      // By the id that it had before.
      expect(await jobs.start('forget-far')).toMatchObject(good);
      await machine.run(command);
      expect(await jobs.start('forget-far')).toMatchObject(good);
      const [accepted] = await jobs.snapshots(SERVED, 'notes');
      expect(accepted).toMatchObject({ tags: ['service:notes'], original: command.split(' ').at(-1) });
      expect(await marked(SERVED, 'notes')).toEqual([]);
      expect(await jobs.start('backup-notes')).toMatchObject(good);
    });
  });
});
