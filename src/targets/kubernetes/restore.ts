import type { PlannedVolume } from '../../plan/plan.js';
import type { KubernetesSettings } from '../../policy/policy.js';
import { sparedVolumes, sparingOptions } from '../nested-volumes.js';
import { backupName } from './backup-files.js';
import type { KubernetesJob } from './cluster.js';
import { besideWorkload } from './affinity.js';
import { PART_TAG } from './hostpath-files.js';
import { labels, objectName } from './names.js';
import { personPod, type Manifest } from './person-pod.js';
import { sourceMount, sourceVolumes } from './pod.js';
import { backupSecurity, restoreSecurity, type PodSecurity } from './security.js';
import { claimsOf } from './volsync.js';

/** One command, as a list of arguments. */
export type Command = readonly string[];
/** Commands joined by pipes. */
export type Pipeline = readonly Command[];

const ASIDE = '/aside';

/** kubectl in the job's namespace. */
export function kubectl(job: KubernetesJob, ...args: readonly string[]): string[] {
  return ['kubectl', '--namespace', job.namespace, ...args];
}

/** Name of the pod in which a person restores a service. */
export function restorePodName({ project, service }: KubernetesJob): string {
  return objectName(project, 'restore', service.service_id);
}

/**
 * A pod with restic, the repository's credentials and the service's volumes, writable, where their snapshots have
 * them; it waits to be told what to do. The folder above them is an empty one of its own, because restic sets owner
 * and times there too. To be started while the workload still has a pod: it goes to the same node, which is the only
 * one with the hostPaths and the attached claims. Root with what restic needs to write files of any owner.
 */
export function restorePod(job: KubernetesJob, settings: KubernetesSettings): Manifest {
  return podAs(job, settings, restoreSecurity(job.volumes));
}

/**
 * The same pod as the workload's own user, for a namespace that refuses root: it gives every file to that user. Null
 * where backups need more than the `restricted` level too, so that the namespace cannot be at it.
 */
export function restrictedRestorePod(job: KubernetesJob, settings: KubernetesSettings): Manifest | null {
  const security = backupSecurity(job.service, job.volumes);
  return security.level === 'restricted' ? podAs(job, settings, security) : null;
}

function podAs(job: KubernetesJob, settings: KubernetesSettings, security: PodSecurity): Manifest {
  const { service, repository, namespace, volumes } = job;
  const affinity = besideWorkload(
    job.placement,
    volumes,
    volumes.some(({ kind }) => kind === 'host_path'),
  );
  return personPod({
    project: job.project,
    name: restorePodName(job),
    namespace,
    instance: service.service_id,
    repository,
    settings,
    security,
    placed: { affinity, ...(settings.tolerations.length === 0 ? {} : { tolerations: settings.tolerations }) },
    moreMounts: [
      { name: 'aside', mountPath: ASIDE },
      { name: 'backup', mountPath: '/backup' },
      ...volumes.map((volume) => ({ ...sourceMount(volume, ''), readOnly: false })),
    ],
    moreVolumes: [
      { name: 'aside', emptyDir: {} },
      { name: 'backup', emptyDir: {} },
      ...sourceVolumes(
        volumes.map((volume) => ({ volume, scope: '' })),
        'made',
      ),
    ],
  });
}

/** Waits until the restore pod can be used. */
export function waitForRestorePod(job: KubernetesJob): Command {
  return kubectl(job, 'wait', '--for=condition=Ready', `pod/${restorePodName(job)}`, '--timeout=5m');
}

/** Removes the restore pod. */
export function removeRestorePod(job: KubernetesJob): Command {
  return kubectl(job, 'delete', 'pod', restorePodName(job));
}

/** restic in the restore pod. */
export function inRestorePod(job: KubernetesJob, ...args: readonly string[]): Command {
  return kubectl(job, 'exec', restorePodName(job), '--', 'restic', ...args);
}

/** The service's snapshots, those of both parts where claims and hostPaths have jobs of their own. */
export function listSnapshots(job: KubernetesJob): Command {
  return inRestorePod(job, 'snapshots', ...snapshotFilter(job, []));
}

/**
 * Restores one volume, its own folder's owner and mode included, and deletes what the snapshot does not have.
 *
 * @param snapshot an id, or `latest`
 * @param dryRun only says what would change
 */
export function restoreInPlace(
  job: KubernetesJob,
  settings: KubernetesSettings,
  volume: string,
  snapshot: string,
  dryRun: boolean,
): Pipeline {
  const planned = plannedVolume(job, volume);
  const inner = sparedVolumes(job.service, planned, job.placement.volumes);
  const spared = sparingOptions(job.service, planned, inner);
  const end = dryRun ? ['--dry-run', '--verbose=2'] : ['--verify'];
  return restoreVolume(job, settings, volume, snapshot, [...spared, '--target=/', '--delete', ...end]);
}

/** Restores one volume beside the live data, then copies it to the current folder of the person's machine. */
export function restoreAside(
  job: KubernetesJob,
  settings: KubernetesSettings,
  volume: string,
  snapshot: string,
): Pipeline[] {
  const copy = `${restorePodName(job)}:${ASIDE}${plannedVolume(job, volume).snapshot_path}`;
  return [
    restoreVolume(job, settings, volume, snapshot, [`--target=${ASIDE}`, '--verify']),
    [kubectl(job, 'cp', copy, `./${job.service.service_id}-${volume}`)],
  ];
}

/** Whether a volume has snapshots of every node that it is on. */
export function isPerNode({ host_path_mode }: KubernetesSettings, { kind }: PlannedVolume): boolean {
  return host_path_mode === 'daemonset' && kind === 'host_path';
}

/** `latest` is never that of another node: the pod's own node is asked for, and stands in the tag. */
function restoreVolume(
  job: KubernetesJob,
  settings: KubernetesSettings,
  volume: string,
  snapshot: string,
  options: readonly string[],
): Pipeline {
  const planned = plannedVolume(job, volume);
  const path = planned.snapshot_path;
  const perNode = isPerNode(settings, planned);
  const filter = snapshotFilter(job, perNode ? [PART_TAG, 'node:{}'] : []);
  const command = inRestorePod(
    job,
    ...['restore', snapshot, ...filter, `--path=${path}`, `--include=${path}`, '--sparse', ...options],
  );
  if (!perNode) return [command];
  return [
    kubectl(job, 'get', `pod/${restorePodName(job)}`, '--output=jsonpath={.spec.nodeName}'),
    ['xargs', '-I', '{}', ...command],
  ];
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
export function listOwners(job: KubernetesJob, volume: string): Command {
  return kubectl(
    job,
    'exec',
    restorePodName(job),
    '--',
    'ls',
    '-lan',
    plannedVolume(job, volume).snapshot_path,
  );
}

function plannedVolume(job: KubernetesJob, volume: string): PlannedVolume {
  const planned = job.volumes.find((candidate) => candidate.volume === volume);
  if (planned === undefined) throw new Error(`${job.service.service_id} has no volume ${volume}`);
  return planned;
}

function snapshotFilter({ service, placement }: KubernetesJob, moreTags: readonly string[]): string[] {
  return [`--host=${placement.snapshot_host}`, `--tag=${[...service.tags, ...moreTags].join(',')}`];
}

/** Where a stopped workload remembers how many pods it had. */
const REPLICAS_BEFORE = 'stowage-replicas';

/**
 * Stops the workload and waits for its pods to be gone. Live workloads are Deployments named `service_name`. The
 * number of replicas is noted on the workload first; kubectl refuses to write another one over it, so that a second
 * stop does not lose it.
 */
export function stopWorkload(job: KubernetesJob): Pipeline[] {
  const workload = `deployment/${job.service.service_name}`;
  return [
    [
      kubectl(job, 'get', workload, '--output=jsonpath={.spec.replicas}'),
      ['xargs', '-I', '{}', ...kubectl(job, 'annotate', workload, `${REPLICAS_BEFORE}={}`)],
    ],
    [kubectl(job, 'scale', workload, '--replicas=0')],
    [
      kubectl(
        job,
        'wait',
        '--for=delete',
        'pod',
        `--selector=app=${job.service.service_name}`,
        '--timeout=5m',
      ),
    ],
  ];
}

/** Starts the workload with as many replicas as it had and waits for it. */
export function startWorkload(job: KubernetesJob): Pipeline[] {
  const workload = `deployment/${job.service.service_name}`;
  return [
    [
      kubectl(job, 'get', workload, `--output=jsonpath={.metadata.annotations.${REPLICAS_BEFORE}}`),
      ['xargs', '-I', '{}', ...kubectl(job, 'scale', workload, '--replicas={}')],
    ],
    [kubectl(job, 'annotate', workload, `${REPLICAS_BEFORE}-`)],
    [kubectl(job, 'rollout', 'status', workload, '--timeout=10m')],
  ];
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
