import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fieldTable, MINORS, objectProblems } from '../unit/kubernetes/objects.js';
import { Cluster } from './lib/cluster.js';
import { differences, makeData, manifest, type Manifest } from './lib/data.js';
import { progress } from './lib/host.js';
import { importImage } from './lib/images.js';
import type { Snapshot } from './lib/jobs.js';
import { kubernetesOf, kustomize, type KubernetesRelease } from './lib/kubernetes.js';
import { boot, type Machine } from './lib/machine.js';
import { exampleProject, render, type Project } from './lib/program.js';
import { restoreCommands, runbookCommands } from './lib/runbook.js';

const IMAGE = 'localhost/restic:test';
const URL = 'rest:http://127.0.0.1:8000/cluster';
const NODE = 'node1';
const VOLUMES = '/var/lib/containers/storage/volumes';
const CAMERA = '/srv/camera/recordings';
/** Where Podman keeps what the claims hold. */
const PLACES = {
  notes: `${VOLUMES}/notes-storage/_data/data`,
  boxes: `${VOLUMES}/mail-boxes/_data`,
} as const;

/** The example, with an image and a repository that a machine without a network has, and a job every minute. */
function clusterProject(): Project {
  return exampleProject('cluster', {
    'stowage.yml': {
      'rest:http://rest-server.backup.svc:8000/cluster': URL,
      'ghcr.io/restic/restic:0.19.1': IMAGE,
      'maintenance: { namespace: backup }': 'maintenance: { namespace: backup }\n    margin: 0m',
      '{ keep_daily: 7, keep_weekly: 5, keep_monthly: 12 }': '{ keep_last: 1 }',
    },
    'services/camera/contract.yml': {
      '*/30 * * * *': '*/2 * * * *',
      '{ keep_hourly: 24, keep_daily: 7 }': '{ keep_last: 100 }',
    },
  });
}

describe('Kubernetes', () => {
  let machine: Machine;
  let project: Project;
  let cluster: Cluster;
  let releases: readonly KubernetesRelease[];
  let daemon: string;
  const tree = (...parts: readonly string[]): string => path.join(project.rendered, 'kubernetes', ...parts);
  const runbook = (service: string): string =>
    readFileSync(path.join(project.rendered, `runbooks/${service}.md`), 'utf8');
  const type = async (commands: string): Promise<unknown> =>
    machine.run(['sh', '-euxc', `cd /root\n${commands}`], { timeout: 170 });
  const restic = async (args: string): Promise<string> =>
    (await machine.run(`RESTIC_PASSWORD=secret restic --no-cache --repo ${URL} ${args}`)).stdout;
  const snapshots = async (service: string): Promise<Snapshot[]> =>
    JSON.parse(await restic(`snapshots --no-lock --json --tag service:${service}`)) as Snapshot[];
  const inDaemon = async (...command: readonly string[]) =>
    machine.run(['podman', 'exec', daemon, ...command], { allowFail: true });

  beforeAll(async () => {
    releases = [await kubernetesOf('trixie'), await kubernetesOf('sid')];
    const [oldest] = releases;
    if (oldest === undefined) throw new Error('no release of Kubernetes');
    machine = await boot('engines', NODE, { disks: ['/var/lib/containers'] });
    project = clusterProject();
    await render(project);
    const serve = 'restic-rest-server --path /srv/restic --no-auth --listen 127.0.0.1:8000';
    await machine.run(`systemd-run --quiet --unit=rest-server ${serve}`);
    await importImage(machine, 'podman', IMAGE, 'restic');
    await machine.run(
      'podman volume create notes-storage; podman volume create mail-boxes; podman volume create mail-queue',
    );
    for (const place of [...Object.values(PLACES), CAMERA]) await makeData(machine, place);
    // The workload's own user made what it keeps.
    await machine.run(`cd ${PLACES.notes}; echo db >notes.db; chown -hR 1000:1000 .; chmod u+r .hidden`);
    cluster = await Cluster.make(machine, oldest, tree(), { 'restic-main': { RESTIC_PASSWORD: 'secret' } });
    await restic('init');
    const [scheduler = ''] = cluster.names('DaemonSet');
    daemon = await cluster.startDaemon(scheduler);
  });

  afterAll(async () => machine.stop());

  describe('the tree', () => {
    test('is what kubectl of the oldest and of the newest release make of it, whole and by namespace', async () => {
      const whole: string[] = [];
      for (const { kubectl, version } of releases) {
        const objects = await kustomize(kubectl, tree());
        const parts = await Promise.all(
          ['apps', 'backup', 'mail'].map(async (name) => kustomize(kubectl, tree(name))),
        );
        const sorted = (list: readonly unknown[]): string[] => list.map((one) => JSON.stringify(one)).sort();
        expect({ version, objects: sorted(parts.flat()) }).toEqual({ version, objects: sorted(objects) });
        whole.push(JSON.stringify(objects));
      }
      expect(new Set(whole).size).toBe(1);
    });

    test('has no field that the oldest or the newest release does not know', async () => {
      const other = exampleProject('homelab', {});
      await render(other);
      for (const { kubectl, fields } of releases) {
        const objects = [
          ...(await kustomize(kubectl, tree())),
          ...(await kustomize(kubectl, path.join(other.rendered, 'kubernetes'))),
        ];
        expect(objects.length).toBeGreaterThan(20);
        expect(objects.flatMap((object) => objectProblems(object, fields))).toEqual([]);
      }
    });

    test('is held by the unit tests against these very releases', () => {
      const [oldest, newest] = releases;
      expect(oldest?.minor).toBe(MINORS[0]);
      for (const { minor, fields } of releases) {
        // Debian's unstable moves on by itself; that is no fault of ours, and the test before this one has held.
        if (minor !== MINORS[0] && minor !== MINORS[1]) {
          progress(`Debian has Kubernetes ${minor}; test/fixtures/kubernetes ends with ${MINORS[1]}`);
          expect(Number(newest?.minor.split('.')[1])).toBeGreaterThan(Number(MINORS[1].split('.')[1]));
        } else {
          const { fixture, own } = { fixture: fieldTable(minor), own: fields };
          expect(Object.fromEntries(Object.keys(own).map((name) => [name, fixture[name]]))).toEqual(own);
        }
      }
    });
  });

  describe('a CronJob', () => {
    test('backs up claims of many owners as root that can only read', async () => {
      await cluster.run('backup-mail');
      expect(await snapshots('mail')).toMatchObject([
        { hostname: 'mail', tags: ['service:mail'], paths: ['/backup/mail/boxes', '/backup/mail/queue'] },
      ]);
    });

    test('backs up a folder of a claim as the user of the workload', async () => {
      await cluster.run('backup-notes');
      expect(await snapshots('notes')).toMatchObject([
        { hostname: 'notes', tags: ['service:notes'], paths: ['/backup/notes/data'] },
      ]);
    });

    test.each([
      ['backup-mail', '/backup/mail/boxes', '0', '0000000000000004'],
      ['backup-notes', '/backup/notes/data', '1000', '0000000000000000'],
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
      await machine.run(`cd ${VOLUMES} && mv mail-boxes/_data /srv/aside && mkdir mail-boxes/_data`);
      const empty = await cluster.tryRun('backup-mail');
      await machine.run(`cd ${VOLUMES} && rmdir mail-boxes/_data && mv /srv/aside mail-boxes/_data`);
      expect(empty).toMatchObject({
        code: 1,
        stdout: expect.stringContaining("the source '/backup/mail/boxes' is empty"),
      });
      expect(await snapshots('mail')).toHaveLength(1);

      await machine.run(`chown 0:0 ${PLACES.notes}/big`);
      const unread = await cluster.tryRun('backup-notes');
      await machine.run(`chown 1000:1000 ${PLACES.notes}/big`);
      expect(unread).toMatchObject({ code: 1, stdout: expect.stringContaining('permission denied') });
    });
  });

  describe('the scheduler of a DaemonSet', () => {
    const probe = async (which: 'livenessProbe' | 'readinessProbe') => {
      const [container] = cluster.podOf('DaemonSet', daemon.replace(/-pod-restic$/, '')).containers;
      const { exec } = container?.[which] as { exec: { command: string[] } };
      return inDaemon(...exec.command);
    };

    test('runs the job when it is due', async () => {
      await machine.run(
        'until podman exec "$0" test -e /state/success/camera; do sleep 0.5; done'.replace('$0', daemon),
        {
          timeout: 150,
        },
      );
      const [first] = await snapshots('camera');
      expect(first).toMatchObject({
        hostname: 'camera',
        tags: ['service:camera', 'part:hostpath', `node:${NODE}`],
        paths: ['/backup/camera/recordings'],
      });
      expect((await machine.run(['podman', 'logs', daemon])).stdout).toMatch(/snapshot [0-9a-f]+ saved/);
    });

    test('cannot write what it reads', async () => {
      const write = await inDaemon('touch', '/backup/camera/recordings/x');
      expect(write).toMatchObject({ code: 1, stderr: expect.stringContaining('Read-only file system') });
    });

    test('is alive and ready, until jobs or successes stay away', async () => {
      expect(await probe('livenessProbe')).toMatchObject({ code: 0 });
      expect(await probe('readinessProbe')).toMatchObject({ code: 0 });
      await inDaemon('touch', '-d', '2020-01-01 00:00', '/state/success/camera', '/state/heartbeat');
      expect(await probe('livenessProbe')).toMatchObject({ code: 1, stdout: 'crond runs no jobs\n' });
      expect(await probe('readinessProbe')).toMatchObject({
        code: 1,
        stdout: expect.stringContaining('no successful backup of camera'),
      });
      // crond's own job brings the sign of life back.
      const { podman } = { podman: `podman exec ${daemon} sh /etc/stowage/hostpath-probe.sh live` };
      await machine.run(`until ${podman}; do sleep 0.5; done`, { timeout: 90 });
    });

    test('ends when crond does, so that the kubelet starts it again', async () => {
      const started = (): Promise<string> =>
        machine
          .run(['podman', 'inspect', '--format', '{{.State.StartedAt}}', daemon])
          .then(({ stdout }) => stdout);
      const before = await started();
      await inDaemon(
        'sh',
        '-c',
        'for p in /proc/[0-9]*; do read -r n <$p/comm; [ "$n" != crond ] || kill "${p#/proc/}"; done',
      );
      await machine.run(
        `until [ "$(podman inspect --format '{{.State.StartedAt}} {{.State.Running}}' ${daemon})" != "${before.trim()} true" ] && podman exec ${daemon} true; do sleep 0.2; done`,
        { timeout: 30 },
      );
      expect(await probe('livenessProbe')).toMatchObject({ code: 0 });
    });
  });
});
