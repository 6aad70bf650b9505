import type { Command } from '../../../../model/guide.js';
import type { PlannedVolume } from '../../../../model/plan.js';
import type { KubernetesSettings } from '../../settings.js';
import { excludesOf } from '../../../../rendering/backup-options.js';
import { sparedVolumes, sparingOptions } from '../../../../rendering/nested-volumes.js';
import { claimsOf, type KubernetesJob } from '../../render/cluster.js';
import { kubectl } from '../../render/kubectl.js';
import { backupName, restorePodName } from '../../render/names.js';
import { SCRIPTS } from '../../render/pod.js';
import { jobDumps } from '../../render/dump-containers.js';
import { PART_TAG } from './method.js';

/** The pod's folder for copies. */
export const ASIDE = '/aside';

/** File of that pod in the tree; the other one is for a namespace that refuses root. */
export function restorePodPath({ namespace, service }: KubernetesJob, isRestricted: boolean): string {
  const folder = `kubernetes/${namespace}/restore${isRestricted ? '/restricted' : ''}`;
  return `${folder}/${service.service_id}.yaml`;
}

/** File of a claim in the tree, under the service that it is of. */
export function claimPath({ namespace, service }: KubernetesJob, claim: string): string {
  return `kubernetes/${namespace}/restore/claims/${service.service_id}/${claim}.yaml`;
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

/** Snapshots of the service from this place. */
export function snapshotFilter({ service, placement }: KubernetesJob, moreTags: readonly string[]): string[] {
  return [`--host=${placement.snapshot_host}`, `--tag=${[...service.tags, ...moreTags].join(',')}`];
}

/**
 * Runs the service's CronJob now, beside its schedule, and shows what it says until it ends; nothing for a service that
 * has none, because a scheduler backs up its hostPaths. A job that was run like this before is in the way.
 */
export function backUpNow(job: KubernetesJob, settings: KubernetesSettings): Command[] {
  const dumps = jobDumps(job);
  const scheduled =
    settings.host_path_mode === 'daemonset' && claimsOf(job).length === 0 && dumps.length === 0;
  if (scheduled) return [];
  const cronJob = backupName(job);
  const now = `job/${cronJob}-now`;
  const minutes = dumps.reduce((sum, { dump }) => sum + dump.timeout, 0);
  return [
    kubectl(job, 'delete', now, '--ignore-not-found'),
    kubectl(job, 'create', 'job', `${cronJob}-now`, `--from=cronjob/${cronJob}`),
    // Before its databases are dumped, restic's container has no log that could be followed.
    ...(dumps.length === 0
      ? []
      : [
          kubectl(job, 'wait', '--for=jsonpath={.status.active}=1', now, '--timeout=1m'),
          kubectl(
            job,
            ...['wait', '--for=condition=Initialized', 'pod', `--selector=job-name=${cronJob}-now`],
            `--timeout=${minutes + 10}m`,
          ),
        ]),
    kubectl(job, 'logs', '--follow', '--pod-running-timeout=10m', now),
    kubectl(job, 'get', now),
  ];
}
