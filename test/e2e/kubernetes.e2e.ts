import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Cluster } from './lib/cluster.js';
import { IMAGE } from './lib/cluster-project.js';
import { differences, makeData, manifest, type Manifest } from './lib/data.js';
import type { Snapshot } from './lib/jobs.js';
import { kubernetesOf } from './lib/kubernetes.js';
import { whileLocked } from './lib/locked.js';
import { boot, type Machine } from './lib/machine.js';
import { playedCluster, REPOSITORY, type Played } from './lib/played-cluster.js';
import { restoreCommands, volumeCommands, WHOLE } from './lib/runbook.js';

const [MAIL, NOTES] = ['stowage-cluster-backup-mail', 'stowage-cluster-backup-notes'] as const;
const VOLUMES = '/var/lib/containers/storage/volumes';
/** Where Podman keeps what the claims hold. */
const PLACES = {
  notes: `${VOLUMES}/notes-storage/_data/data`,
  boxes: `${VOLUMES}/mail-boxes/_data`,
} as const;

describe('Kubernetes', () => {
  let machine: Machine;
  let played: Played;
  let cluster: Cluster;
  const snapshots = async (service: string): Promise<Snapshot[]> => played.snapshots(service);
  /** What says of a snapshot that it is not complete. */
  const markers = async (): Promise<unknown> =>
    JSON.parse(await played.restic('snapshots --no-lock --json --host notes.incomplete'));
  const runbook = (service: string): string => played.page(service);
  const type = async (commands: string): Promise<unknown> => played.type(commands);

  beforeAll(async () => {
    machine = await boot('engines', 'node1', { disks: ['/var/lib/containers'] });
    played = await playedCluster(machine, await kubernetesOf('kubernetes-trixie'));
    ({ cluster } = played);
    await machine.run(
      'podman volume create notes-storage; podman volume create mail-boxes; podman volume create mail-queue',
    );
    for (const place of Object.values(PLACES)) await makeData(machine, place);
    // The workload's own user made what it keeps.
    await machine.run(`cd ${PLACES.notes}; echo db >notes.db; chown -hR 1000:1000 .; chmod u+r .hidden`);
  });

  afterAll(async () => machine.stop());

  describe('a CronJob', () => {
    test('backs up claims of many owners as root that can only read', async () => {
      await cluster.run(MAIL);
      expect(await snapshots('mail')).toMatchObject([
        { hostname: 'mail', tags: ['service:mail'], paths: ['/backup/mail/boxes', '/backup/mail/queue'] },
      ]);
    });

    test('backs up a folder of a claim as the user of the workload', async () => {
      await cluster.run(NOTES);
      expect(await snapshots('notes')).toMatchObject([
        { hostname: 'notes', tags: ['service:notes'], paths: ['/backup/notes/data'] },
      ]);
    });

    test.each([
      [MAIL, '/backup/mail/boxes', '0', '0000000000000004'],
      [NOTES, '/backup/notes/data', '1000', '0000000000000000'],
    ])('%s cannot write what it reads, and has no right more', async (job, source, uid, capabilities) => {
      const rights = await cluster.runInstead(
        job,
        `id -u; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status; ls ${source} >/dev/null && touch ${source}/x`,
      );
      expect(rights.code).not.toBe(0);
      expect(rights.stdout.replaceAll(/[ \t]+/g, ' ').split('\n')).toEqual([
        uid,
        `CapEff: ${capabilities}`,
        `CapBnd: ${capabilities}`,
        'NoNewPrivs: 1',
        `touch: ${source}/x: Read-only file system`,
        '',
      ]);
    });

    test('refuses an empty source, and one that its user cannot read', async () => {
      await machine.run(
        `cd ${VOLUMES} && mv mail-boxes/_data /srv/aside && mkdir -p mail-boxes/_data/lost+found`,
      );
      const empty = await cluster.tryRun(MAIL);
      await machine.run(`cd ${VOLUMES} && rm -r mail-boxes/_data && mv /srv/aside mail-boxes/_data`);
      expect(empty).toMatchObject({
        code: 1,
        stdout: expect.stringContaining("the source '/backup/mail/boxes' is empty"),
      });
      expect(await snapshots('mail')).toHaveLength(1);

      await machine.run(`chown 0:0 ${PLACES.notes}/big`);
      const unread = await cluster.tryRun(NOTES);
      await machine.run(`chown 1000:1000 ${PLACES.notes}/big`);
      expect(unread).toMatchObject({ code: 1, stdout: expect.stringContaining('permission denied') });
      // The snapshot says of itself that it is not complete, until maintenance takes it out of the way.
      const newest = (await snapshots('notes')).at(-1)?.id ?? '';
      expect(await markers()).toMatchObject([{ tags: [`incomplete:${newest}`] }]);
    });
  });

  test('waits while another job has the repository for itself, and ends in order when it is stopped', async () => {
    const job = `${MAIL}-stopped`;
    await machine.write('/root/password', 'secret');
    const seconds = await whileLocked(
      machine,
      REPOSITORY,
      async () =>
        machine.run(
          `kubectl create job ${job} --from=cronjob/${MAIL}
          until kubectl logs job/${job} 2>&1 | grep -q 'locked, waiting up to [0-9]*[mh]'; do sleep 0.1; done
          before=$(date +%s); podman stop --time=20 ${job}-pod-restic >/dev/null; echo $(($(date +%s) - before))
          kubectl delete job ${job} >/dev/null`,
          { timeout: 60 },
        ),
      '/root/password',
    );
    expect(Number(seconds.stdout)).toBeLessThan(10);
  });

  test('a policy that accepts incomplete backups has them succeed, and no other failure', async () => {
    const options = '--host=x --tag=service:x --volume=50:/backup/notes/data --incomplete=accept';
    const script = `/bin/sh /etc/stowage/backup.sh may-be-empty:/backup/notes/data ${options} --`;
    await machine.run(`chown 0:0 ${PLACES.notes}/big`);
    const incomplete = await cluster.runInstead(NOTES, `${script} /backup/notes/data`);
    await machine.run(`chown 1000:1000 ${PLACES.notes}/big`);
    expect(incomplete).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('the backup is incomplete'),
    });
    const wrong = await cluster.runInstead(NOTES, `${script} --no-such-option`);
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringContaining('unknown flag') });
    const old = `mkdir /tmp/old; printf '#!/bin/sh\\necho restic 0.16.4\\n' >/tmp/old/restic; chmod +x /tmp/old/restic`;
    const refused = await cluster.runInstead(NOTES, `${old}; PATH=/tmp/old:$PATH ${script} x`);
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('restic 0.16 is too old') });
  });

  describe('maintenance in the cluster', () => {
    test('forgets what the retention says, and nothing of another service', async () => {
      await cluster.run(MAIL);
      await cluster.run(NOTES);
      await machine.run('mkdir -p /backup/camera; echo x >/backup/camera/x');
      for (let made = 0; made < 2; made += 1)
        await played.restic('backup --host camera --tag service:camera /backup/camera');
      const camera = await snapshots('camera');
      const [mail, notes] = [await snapshots('mail'), await snapshots('notes')];
      expect([mail, notes, camera].every(({ length }) => length > 1)).toBe(true);
      await cluster.run('stowage-cluster-forget-main');
      expect(await snapshots('mail')).toEqual(mail.slice(-1));
      expect(await snapshots('notes')).toEqual(notes.slice(-1));
      expect(await markers()).toEqual([]);
      expect(await snapshots('camera')).toEqual(camera);
    });

    test('one retention that fails is reported, and keeps no other from being applied', async () => {
      const said = await cluster.runInstead(
        'stowage-cluster-forget-main',
        `mkdir /tmp/f; echo 'exit 3' >/tmp/f/a.sh; echo 'echo applied' >/tmp/f/b.sh; sh /etc/stowage/forget.sh /tmp/f`,
      );
      expect(said).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(
          /forget failed: \/tmp\/f\/a\.sh\n[^]*applied|applied[^]*forget failed: \/tmp\/f\/a\.sh/,
        ),
      });
    });

    test('prunes, and reads a part of the data', async () => {
      expect(await cluster.run('stowage-cluster-prune-main')).toContain('total prune');
      expect(await cluster.run('stowage-cluster-check-main')).toContain('no errors were found');
    });
  });

  describe('a restore', () => {
    const before = new Map<string, Manifest>();
    const workload = async (name: string, claims: Readonly<Record<string, string>>): Promise<void> =>
      cluster.deploy(
        name,
        {
          ...{ image: IMAGE, command: ['sleep', '3600'] },
          volumeMounts: Object.entries(claims).map(([claim, mountPath]) => ({ name: claim, mountPath })),
        },
        Object.keys(claims).map((claim) => ({ name: claim, persistentVolumeClaim: { claimName: claim } })),
      );
    async function expectEqual(): Promise<void> {
      for (const [place, was] of before) {
        expect({ place, lost: differences(was, await manifest(machine, place)) }).toEqual({
          place,
          lost: [],
        });
      }
    }
    const restore = async (service: string, namespace: string): Promise<unknown> =>
      type(
        restoreCommands(
          runbook(service),
          `kubernetes in namespace ${namespace}`,
          WHOLE,
          `test -z "$(podman ps --quiet --filter name=^${service}-pod-app)"`,
        ),
      );

    beforeAll(async () => {
      for (const place of Object.values(PLACES)) before.set(place, await manifest(machine, place));
      expect([...before.values()].map(({ size }) => size > 20)).toEqual([true, true]);
      // The claims are lost with their workloads, and both have been deployed anew: up, and empty.
      await machine.run('podman volume rm notes-storage mail-boxes mail-queue');
      await workload('mail', { 'mail-boxes': '/var/mail', 'mail-queue': '/var/spool/mail' });
      await workload('notes', { 'notes-storage': '/var/opt/notes' });
      await machine.run(`mkdir ${PLACES.notes}`);
    });

    test('by the runbook brings back every byte, and the workload with its data', async () => {
      await machine.run(`test -z "$(ls -A ${PLACES.boxes} ${PLACES.notes} | grep -v :)"`);
      const place = 'kubernetes in namespace mail';
      expect(volumeCommands(runbook('mail'), place, 'Restore in place', 'boxes')).toMatch(
        /^[^\n]* --dry-run [^\n]*\n[^\n]*(?<! --dry-run.*)\n$/,
      );
      expect(restoreCommands(runbook('mail'), place, /^Verify$/)).toContain('test -e /var/mail/plain');
      await restore('mail', 'mail');
      await restore('notes', 'apps');
      await expectEqual();
      // "Back up again" was a step, and found nothing new though every volume is another one.
      for (const service of ['mail', 'notes']) {
        const [older, newer] = (await snapshots(service)).slice(-2);
        const said = await played.restic(`diff --no-lock ${older?.id ?? ''} ${newer?.id ?? ''}`);
        expect(said).toMatch(/Files: +0 new, +0 removed, +0 changed/);
      }
    });

    test.each([
      ['mail', 'mail', ['mail-boxes', 'mail-queue'], ':'],
      // A kubelet makes the folder of the claim that the pod asks for.
      ['notes', 'apps', ['notes-storage'], `mkdir ${PLACES.notes}`],
    ])('of %s makes its claims anew where they are gone', async (service, namespace, claims, byKubelet) => {
      const exists = `for claim in ${claims.join(' ')}; do podman volume exists $claim || exit; done`;
      // Without them no pod of the workload comes up.
      await machine.run(
        `podman pod rm --force --time=1 ${service}-pod; podman volume rm --force ${claims.join(' ')}`,
      );
      const step = restoreCommands(
        runbook(service),
        `kubernetes in namespace ${namespace}`,
        /^When the claim /,
      );
      expect(await machine.run(exists, { allowFail: true })).toMatchObject({ code: 1 });
      await type(step);
      await machine.run(`${exists}; ${byKubelet}`);
      await restore(service, namespace);
      await expectEqual();
    });

    test('in a restricted namespace brings back every byte as the workload’s user', async () => {
      // A file system's own folder, which restic cannot look into as that user: it must not end the restore half-way.
      await machine.run(
        `cd ${PLACES.notes}; find . -mindepth 1 -delete; mkdir -m 700 lost+found; touch z-intruder`,
      );
      const steps = /^(?!.* aside$|Start a pod |When |Look into )/;
      await type(restoreCommands(runbook('notes'), 'kubernetes in namespace apps', steps));
      await expectEqual();
    });

    test('undoes damage in place, a second time too, and removes what was never there', async () => {
      await machine.run(`cd ${PLACES.boxes}; rm -r deep; echo x >>big; echo y >intruder; chmod 0777 .`);
      await restore('mail', 'mail');
      await expectEqual();
    });

    test('aside gives a copy to the folder that one is in', async () => {
      const steps = /^(Start a pod to restore in|Restore aside|Remove the pod)$/;
      await type(restoreCommands(runbook('mail'), 'kubernetes in namespace mail', steps));
      await machine.run(`cmp /root/mail-boxes/big ${PLACES.boxes}/big`);
    });
  });
});
