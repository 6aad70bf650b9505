import type { PlannedVolume } from '../../plan/plan.js';
import type { KubernetesSettings } from '../../policy/policy.js';
import { excludesOf } from '../backup-options.js';
import { sparedVolumes, sparingOptions } from '../nested-volumes.js';
import { backupName } from './backup-files.js';
import type { KubernetesJob } from './cluster.js';
import { PART_TAG } from '../../runtimes/kubernetes/methods/restic.js';
import { kubectl, type Command } from './kubectl.js';
import { labels, objectName } from '../../names/objects.js';
import type { Manifest } from './operator-restore.js';
import { SCRIPTS } from './pod.js';
import { claimsOf } from './volsync.js';

/** The pod's folder for copies. */
export const ASIDE = '/aside';

/** Name of the pod in which a person restores a service. */
export function restorePodName({ project, service }: KubernetesJob): string {
  return objectName(project, 'restore', service.service_id);
}

/** File of that pod in the tree; the other one is for a namespace that refuses root. */
export function restorePodPath({ namespace, service }: KubernetesJob, isRestricted: boolean): string {
  const folder = `kubernetes/${namespace}/restore${isRestricted ? '/restricted' : ''}`;
  return `${folder}/${service.service_id}.yaml`;
}

/** File of a claim in the tree, under the service that it is of. */
export function claimPath({ namespace, service }: KubernetesJob, claim: string): string {
  return `kubernetes/${namespace}/restore/claims/${service.service_id}/${claim}.yaml`;
}

/** File of what an operator is told to restore a claim. */
export function orderPath({ namespace, service }: KubernetesJob, claim: string): string {
  return `kubernetes/${namespace}/restore/orders/${service.service_id}/${claim}.yaml`;
}

/** File of a claim's CSI snapshot. */
export function volumeSnapshotPath({ namespace, service }: KubernetesJob, claim: string): string {
  return `kubernetes/${namespace}/restore/snapshots/${service.service_id}/${claim}.yaml`;
}

/** Whether the cluster can take CSI snapshots, as far as the policy says. */
export function takesSnapshots({ snapshot, volume_snapshot_class }: KubernetesSettings): boolean {
  return snapshot === 'csi' || volume_snapshot_class !== null;
}

/** Waits until the restore pod can be used. */
export function waitForRestorePod(job: KubernetesJob): Command {
  return kubectl(job, 'wait', '--for=condition=Ready', `pod/${restorePodName(job)}`, '--timeout=5m');
}

/** Removes the restore pod. */
export function removeRestorePod(job: KubernetesJob): Command {
  return kubectl(job, 'delete', 'pod', restorePodName(job));
}

/**
 * What runs the pod's own script. With a terminal, so that what is typed to stop it reaches it: kubectl alone would go away
 * and leave restic running.
 */
function inRestorePod(job: KubernetesJob, ...args: readonly string[]): Command {
  const pod = restorePodName(job);
  return kubectl(job, 'exec', '--stdin', '--tty', pod, '--', 'sh', `${SCRIPTS}/restore.sh`, ...args);
}

/** restic in the restore pod, for which `latest` is the newest complete snapshot. */
export function resticInPod(job: KubernetesJob): Command {
  return inRestorePod(job, 'restic');
}

/**
 * Restores one volume, its own folder's owner and mode included. Deletes nothing.
 *
 * @param dryRun only says what would change
 */
export function restoreInPlace(
  job: KubernetesJob,
  settings: KubernetesSettings,
  volume: PlannedVolume,
  dryRun: boolean,
): Command {
  const end = dryRun ? ['--dry-run', '--verbose=2'] : ['--verify'];
  return restoreVolume(job, settings, volume, [], volume.snapshot_path, [...sparing(job, volume), ...end]);
}

/** Shows or deletes what a volume has and its snapshot does not. */
export function deleteExtraInPlace(
  job: KubernetesJob,
  settings: KubernetesSettings,
  volume: PlannedVolume,
  action: '--preview' | '--apply',
): Command {
  const excludes = excludesOf(job.service, [volume]).map((pattern) => `--exclude=${pattern}`);
  const words = ['delete-extra', action];
  return restoreVolume(job, settings, volume, words, volume.snapshot_path, [
    ...sparing(job, volume),
    ...excludes,
  ]);
}

function sparing(job: KubernetesJob, volume: PlannedVolume): string[] {
  return sparingOptions(job.service, volume, sparedVolumes(job.service, volume, job.placement.volumes));
}

/** Restores one volume beside the live data, then copies it to the current folder of the person's machine. */
export function restoreAside(
  job: KubernetesJob,
  settings: KubernetesSettings,
  volume: PlannedVolume,
): Command[] {
  const copy = `${restorePodName(job)}:${ASIDE}${volume.snapshot_path}`;
  return [
    restoreVolume(job, settings, volume, [], ASIDE, ['--verify']),
    kubectl(job, 'cp', copy, `./${job.service.service_id}-${volume.volume}`),
  ];
}

/** Whether a volume has snapshots of every node that it is on. */
export function isPerNode({ host_path_mode }: KubernetesSettings, { kind }: PlannedVolume): boolean {
  return host_path_mode === 'daemonset' && kind === 'host_path';
}

/** `latest` is never that of another node: the pod knows its own, which stands in the tag. */
function restoreVolume(
  job: KubernetesJob,
  settings: KubernetesSettings,
  volume: PlannedVolume,
  action: readonly string[],
  target: string,
  options: readonly string[],
): Command {
  const path = volume.snapshot_path;
  const perNode = isPerNode(settings, volume);
  return inRestorePod(
    job,
    ...(perNode ? ['--this-node'] : []),
    ...action,
    ...['latest', path, target],
    ...snapshotFilter(job, perNode ? [PART_TAG] : []),
    `--path=${path}`,
    ...options,
  );
}

/**
 * Removes the file system's own lost+found from every claim: it is root's, and restic, which cannot look into it as the
 * workload's user, would stop there and leave files that the snapshot does not have. fsck makes a new one.
 */
export function removeLostAndFound(job: KubernetesJob): Command {
  const folders = job.volumes.map(({ snapshot_path }) => snapshot_path);
  const found = ['-maxdepth', '1', '-name', 'lost+found', '-type', 'd', '-exec', 'rmdir', '{}', ';'];
  return kubectl(job, 'exec', restorePodName(job), '--', 'find', ...folders, ...found);
}

/** Owners and modes of a volume's own folder and what is in it. */
export function listOwners(job: KubernetesJob, { snapshot_path }: PlannedVolume): Command {
  return kubectl(job, 'exec', restorePodName(job), '--', 'ls', '-lan', snapshot_path);
}

function snapshotFilter({ service, placement }: KubernetesJob, moreTags: readonly string[]): string[] {
  return [`--host=${placement.snapshot_host}`, `--tag=${[...service.tags, ...moreTags].join(',')}`];
}

/**
 * Runs the service's CronJob now, beside its schedule, and shows what it says until it ends; nothing for a service that
 * has none, because a scheduler backs up its hostPaths. A job that was run like this before is in the way.
 */
export function backUpNow(job: KubernetesJob, settings: KubernetesSettings): Command[] {
  const scheduled = settings.host_path_mode === 'daemonset' && claimsOf(job).length === 0;
  if (scheduled) return [];
  const cronJob = backupName(job);
  const now = `job/${cronJob}-now`;
  return [
    kubectl(job, 'delete', now, '--ignore-not-found'),
    kubectl(job, 'create', 'job', `${cronJob}-now`, `--from=cronjob/${cronJob}`),
    kubectl(job, 'logs', '--follow', '--pod-running-timeout=10m', now),
    kubectl(job, 'get', now),
  ];
}

/** A CSI snapshot of one claim, to be taken before a risky change. */
export function volumeSnapshot(job: KubernetesJob, claim: string, settings: KubernetesSettings): Manifest {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: {
      name: volumeSnapshotName(job, claim),
      namespace: job.namespace,
      labels: labels(job.project, job.service.service_id, 'restore'),
    },
    spec: {
      ...(settings.volume_snapshot_class === null
        ? {}
        : { volumeSnapshotClassName: settings.volume_snapshot_class }),
      source: { persistentVolumeClaimName: claim },
    },
  };
}

export function volumeSnapshotName({ project }: KubernetesJob, claim: string): string {
  return objectName(project, 'snapshot', claim);
}

/** Waits until a CSI snapshot can be restored from. */
export function waitForVolumeSnapshot(job: KubernetesJob, claim: string): Command {
  return kubectl(
    job,
    'wait',
    '--for=jsonpath={.status.readyToUse}=true',
    `volumesnapshot/${volumeSnapshotName(job, claim)}`,
    '--timeout=10m',
  );
}

/**
 * A new claim `<claim>-restored` from the CSI snapshot, a pipe of three commands: the live claim's own size, class and
 * access modes, without what ties it to its volume.
 */
export function claimFromSnapshot(job: KubernetesJob, claim: string): Command[] {
  const patch = [
    { op: 'replace', path: '/metadata', value: { name: `${claim}-restored`, namespace: job.namespace } },
    { op: 'remove', path: '/spec/volumeName' },
    {
      op: 'add',
      path: '/spec/dataSource',
      value: {
        apiGroup: 'snapshot.storage.k8s.io',
        kind: 'VolumeSnapshot',
        name: volumeSnapshotName(job, claim),
      },
    },
  ];
  return [
    kubectl(job, 'get', 'persistentvolumeclaim', claim, '--output=yaml'),
    [
      'kubectl',
      'patch',
      '--local',
      '--filename=-',
      '--type=json',
      `--patch=${JSON.stringify(patch)}`,
      '--output=yaml',
    ],
    kubectl(job, 'create', '--filename=-'),
  ];
}
