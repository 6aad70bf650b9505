import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IMAGE, URL } from './lib/cluster-project.js';
import { differences, makeData, manifest } from './lib/data.js';
import { withoutSetgid } from './lib/kubelet.js';
import { kubernetesOf } from './lib/kubernetes.js';
import { whileLocked } from './lib/locked.js';
import { boot, type Machine } from './lib/machine.js';
import { playedCluster, REPOSITORY, type Played } from './lib/played-cluster.js';
import { restoreCommands, shellSteps, WHOLE } from './lib/runbook.js';

const NODE = 'node1';
const CAMERA = '/srv/camera/recordings';

/** Whether a job of the scheduler runs, as its pod sees it. */
const IS_BUSY = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -q 'hostpath-jo[b]'";

/** What nodes hold, which the scheduler of a DaemonSet backs up on each of them. */
describe('hostPaths of a cluster', () => {
  let machine: Machine;
  let played: Played;
  let daemon: string;
  let mutant: string;
  /** Does something in the scheduler's pod while crond starts no job there. */
  async function withoutSchedule<Result>(work: () => Promise<Result>): Promise<Result> {
    const signal = (name: string) =>
      `for p in /proc/[0-9]*; do read -r n <$p/comm; [ "$n" != crond ] || kill -${name} "\${p#/proc/}"; done`;
    await inContainer(daemon, 'sh', '-c', `${signal('STOP')}; while ${IS_BUSY}; do sleep 0.1; done`);
    try {
      return await work();
    } finally {
      await inContainer(daemon, 'sh', '-c', signal('CONT'));
    }
  }
  /** What a page says is typed in the pod of a node: a person puts the pod's name in. */
  const inPod = (commands: string): string => commands.replaceAll(/\bPOD\b/g, daemon.replace(/-restic$/, ''));
  const inContainer = async (container: string, ...command: readonly string[]) =>
    machine.run(['podman', 'exec', container, ...command], { allowFail: true });

  beforeAll(async () => {
    machine = await boot('engines', NODE, { disks: ['/var/lib/containers'] });
    played = await playedCluster(machine, await kubernetesOf('kubernetes-trixie'));
    await makeData(machine, CAMERA);
    const [scheduler = ''] = played.cluster.names('DaemonSet');
    daemon = await played.cluster.startDaemon(scheduler);
    mutant = await played.cluster.startDaemon(scheduler, withoutSetgid);
    // Each starts with a sign of life; from now on only crond's own job leaves one.
    for (const container of [daemon, mutant]) {
      await machine.run(['podman', 'exec', container, 'rm', '/state/heartbeat']);
    }
  });

  afterAll(async () => machine.stop());

  const command = (which: 'livenessProbe' | 'readinessProbe'): string[] => {
    const { exec } = played.cluster.containerOf('DaemonSet', daemon.replace(/-pod-restic$/, ''))[which] as {
      exec: { command: string[] };
    };
    return exec.command;
  };
  const probe = async (which: 'livenessProbe' | 'readinessProbe') => inContainer(daemon, ...command(which));

  test('runs the job when it is due', async () => {
    await machine.run(`until podman exec ${daemon} test -e /state/success/camera; do sleep 0.5; done`);
    const [first] = await played.snapshots('camera');
    expect(first).toMatchObject({
      hostname: 'camera',
      tags: ['service:camera', 'part:hostpath', `node:${NODE}`],
      paths: ['/backup/camera/recordings'],
    });
    expect((await machine.run(['podman', 'logs', daemon])).stdout).toMatch(/snapshot [0-9a-f]+ saved/);
  });

  test('notes no success of a job that failed, and ends one that takes too long', async () => {
    // A service of the test's own, because crond's job notes its successes every minute; and no mark that is compared by
    // age, because busybox compares whole seconds.
    const job = async (seconds: number, credentials: string, repository: string) => {
      const inside = '/backup/camera/recordings';
      const args = `${credentials} ${repository} may-be-empty:${inside} --host=tried --tag=service:tried -- ${inside}`;
      return inContainer(
        daemon,
        'sh',
        '-c',
        `sh /etc/stowage/hostpath-job.sh tried ${seconds} ${args} 2>&1; echo $?; test -e /state/success/tried && echo noted`,
      );
    };
    const given = '/etc/stowage-credentials/main';
    const slow = await job(3, given, 'rest:http://127.0.0.1:9/');
    expect(slow.stdout).toMatch(/signal terminated[^]*the backup of tried failed with status 130\n130\n$/);
    const failed = await job(60, given, '/nowhere');
    expect(failed.stdout).toMatch(/the backup of tried failed with status 10\n10\n$/);
    // The policy's address wins over one in the Secret.
    await inContainer(
      daemon,
      'sh',
      '-c',
      'mkdir /tmp/c; printf secret >/tmp/c/RESTIC_PASSWORD; echo /nowhere >/tmp/c/RESTIC_REPOSITORY',
    );
    expect((await job(60, '/tmp/c', URL)).stdout).toMatch(/saved\n0\nnoted\n$/);
  });

  test('is told by the page to run a first backup without its limit, beside which no other starts', async () => {
    const commands = shellSteps(played.page('repositories/main'))
      .filter(({ headings }) => headings.includes('The first backup takes longer than its time-out'))
      .map((step) => step.commands)
      .filter((text) => /\bPOD\b/.test(text));
    expect(commands).toHaveLength(1);
    await withoutSchedule(async () => {
      const before = await played.snapshots('camera');
      // As long as the lock of another holds it up.
      await machine.write('/root/password', 'secret');
      const second = await whileLocked(
        machine,
        REPOSITORY,
        async () =>
          machine.run(
            `(${inPod(commands.join('\n'))}) >/dev/null 2>&1 &
            podman exec ${daemon} sh -c "until ${IS_BUSY}; do sleep 0.1; done"
            podman exec ${daemon} sh /etc/stowage-jobs/camera.sh 2>&1 || echo "status $?"`,
            { timeout: 60 },
          ),
        '/root/password',
      );
      expect(second.stdout).toContain('stowage: a backup of camera is running already\nstatus 1\n');
      await inContainer(daemon, 'sh', '-c', `while ${IS_BUSY}; do sleep 0.1; done`);
      expect(await played.snapshots('camera')).toHaveLength(before.length + 1);
    });
  });

  test('runs none without the one right that crond needs, and the probe says so', async () => {
    expect(await inContainer(daemon, 'ls', '/state/heartbeat')).toMatchObject({ code: 0 });
    expect((await inContainer(mutant, 'ls', '/state/heartbeat')).code).not.toBe(0);
    const live = await inContainer(mutant, 'sh', '/etc/stowage/hostpath-probe.sh', 'live');
    expect(live).toMatchObject({ code: 1, stdout: 'crond runs no jobs\n' });
    await machine.run(['podman', 'pod', 'rm', '--force', '--time=1', mutant.replace(/-restic$/, '')]);
  });

  test('cannot write what it reads', async () => {
    const write = await inContainer(daemon, 'touch', '/backup/camera/recordings/x');
    expect(write).toMatchObject({ code: 1, stderr: expect.stringContaining('Read-only file system') });
  });

  test('is alive and ready, until jobs or successes stay away', async () => {
    expect(await probe('livenessProbe')).toMatchObject({ code: 0 });
    expect(await probe('readinessProbe')).toMatchObject({ code: 0 });
    // In one go: crond's next job must not come between.
    const [live, ready] = [command('livenessProbe'), command('readinessProbe')].map((words) =>
      words.join(' '),
    );
    const late = await inContainer(
      daemon,
      ...[
        'sh',
        '-c',
        `touch -d "$(date -d @$(($(date +%s) - 86400)) '+%F %T')" /state/*/camera /state/heartbeat; ${live}; ${ready}`,
      ],
    );
    expect(late.stdout).toEqual(
      expect.stringMatching(/^crond runs no jobs\nno successful backup of camera for \d+ minutes\n$/),
    );
    expect(late.code).toBe(1);
    await inContainer(daemon, 'touch', '/state/heartbeat');
  });

  test('ends when crond does, so that the kubelet starts it again', async () => {
    const look = ['podman', 'inspect', '--format', '{{.State.StartedAt}} {{.State.Running}}', daemon];
    const before = (await machine.run(look)).stdout;
    expect(before).toMatch(/ true\n$/);
    const kill =
      'for p in /proc/[0-9]*; do read -r n <$p/comm; [ "$n" != crond ] || kill "${p#/proc/}"; done';
    await inContainer(daemon, 'sh', '-c', kill);
    const again =
      'before=$1; shift; until now=$("$@"); [ "$now" != "$before" ] && [ "${now% true}" != "$now" ]; do sleep 0.1; done';
    await machine.run(['sh', '-c', again, 'sh', before.trim(), ...look], { timeout: 30 });
    expect(await probe('livenessProbe')).toMatchObject({ code: 0 });
  });

  test('of a hostPath takes the newest snapshot of its own node, not that of another', async () => {
    await machine.run(['podman', 'pod', 'rm', '--force', '--time=1', daemon.replace(/-restic$/, '')]);
    const was = await manifest(machine, CAMERA);
    const tags = '--tag service:camera --tag part:hostpath --tag node:node2';
    await machine.run(`mkdir -p /backup/camera/recordings; echo other >/backup/camera/recordings/other`);
    await played.restic(`backup --host camera ${tags} --group-by host,tags /backup/camera/recordings`);
    const hostPath = { name: 'recordings', hostPath: { path: CAMERA } };
    const mounts = [{ name: 'recordings', mountPath: '/recordings' }];
    const app = { image: IMAGE, command: ['sleep', '3600'], volumeMounts: mounts };
    await played.cluster.deploy('camera', app, [hostPath]);
    await machine.run(`rm -r ${CAMERA}`);
    const place = 'kubernetes in namespace apps';
    const steps = new RegExp(`^(?!Back up again$)${WHOLE.source.slice(1)}`);
    await played.type(restoreCommands(played.page('camera'), place, steps));
    expect(differences(was, await manifest(machine, CAMERA))).toEqual([]);
    const [scheduler = ''] = played.cluster.names('DaemonSet');
    daemon = await played.cluster.startDaemon(scheduler);
    await withoutSchedule(async () => {
      const before = await played.snapshots('camera');
      await played.type(inPod(restoreCommands(played.page('camera'), place, /^Back up again$/)));
      expect(await played.snapshots('camera')).toHaveLength(before.length + 1);
    });
  });
});
