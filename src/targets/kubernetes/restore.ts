import type { KubernetesSettings } from '../../policy/policy.js';
import type { KubernetesJob } from './cluster.js';
import { backend, k8upTag } from './k8up.js';
import { containerText, labels, objectName } from './names.js';
import { secretName, sourceMount, sourceVolumes } from './pod.js';
import { rootSecurity } from './security.js';
import { veleroSchedule } from './velero.js';
import { claimsOf, volsyncSecret } from './volsync.js';

/** One command, as a list of arguments. */
export type Command = readonly string[];
/** An object for `kubectl apply --filename -`; JSON is YAML. */
export type Manifest = Readonly<Record<string, unknown>>;

const ASIDE = '/aside';
/** Six hours: then the pod ends by itself. */
const LIFETIME_SECONDS = 6 * 3600;

function kubectl(job: KubernetesJob, ...args: readonly string[]): string[] {
  return ['kubectl', '--namespace', job.namespace, ...args];
}

/** Name of the pod in which a person restores a service. */
export function restorePodName({ service }: KubernetesJob): string {
  return objectName('restore', service.service_id);
}

/**
 * A pod with restic, the repository's credentials and the service's volumes, writable, where their snapshots have them; it
 * waits to be told what to do. The folder above them is an empty one of its own, because restic sets owner and times there too. To be started while the workload still has a pod: it goes to the same node, which is the
 * only one with the hostPaths and the attached claims. Root with what restic needs to write files of any owner.
 */
export function restorePod(job: KubernetesJob, settings: KubernetesSettings): Manifest {
  const { service, repository, namespace, volumes } = job;
  const security = rootSecurity(['CHOWN', 'DAC_OVERRIDE', 'FOWNER']);
  const term = {
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchLabels: { app: service.service_name } },
  };
  const sameNode = volumes.some(({ kind }) => kind === 'host_path')
    ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
    : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] };
  const sources = volumes.map((volume) => ({ volume, scope: '' }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: restorePodName(job), namespace, labels: labels(service.service_id, 'restore') },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      affinity: { podAffinity: sameNode },
      securityContext: security.pod,
      containers: [
        {
          name: 'restic',
          image: settings.image,
          command: ['sleep', String(LIFETIME_SECONDS)],
          envFrom: [{ secretRef: { name: secretName(repository) } }],
          env: [
            { name: 'RESTIC_REPOSITORY', value: containerText(repository.url) },
            { name: 'RESTIC_CACHE_DIR', value: '/cache' },
            { name: 'TMPDIR', value: '/tmp' },
          ],
          securityContext: security.container,
          volumeMounts: [
            { name: 'cache', mountPath: '/cache' },
            { name: 'tmp', mountPath: '/tmp' },
            { name: 'aside', mountPath: ASIDE },
            { name: 'backup', mountPath: '/backup' },
            ...volumes.map((volume) => ({
              ...sourceMount(volume, ''),
              mountPath: volume.snapshot_path,
              readOnly: false,
            })),
          ],
        },
      ],
      volumes: [
        { name: 'cache', emptyDir: {} },
        { name: 'tmp', emptyDir: {} },
        { name: 'aside', emptyDir: {} },
        { name: 'backup', emptyDir: {} },
        ...sourceVolumes(sources),
      ],
    },
  };
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
  return inRestorePod(job, 'snapshots', ...snapshotFilter(job));
}

/**
 * Restores one volume, its own folder's owner and mode included, and deletes what the snapshot does not have.
 *
 * @param snapshot an id, or `latest`
 * @param dryRun only says what would change
 */
export function restoreInPlace(
  job: KubernetesJob,
  volume: string,
  snapshot: string,
  dryRun: boolean,
): Command {
  const end = dryRun ? ['--dry-run', '--verbose=2'] : ['--verify'];
  return inRestorePod(job, ...restoreArguments(job, volume, snapshot), '--target=/', '--delete', ...end);
}

/** Restores one volume beside the live data, then copies it to the current folder of the person's machine. */
export function restoreAside(job: KubernetesJob, volume: string, snapshot: string): Command[] {
  const copy = `${restorePodName(job)}:${ASIDE}${snapshotPath(job, volume)}`;
  return [
    inRestorePod(job, ...restoreArguments(job, volume, snapshot), `--target=${ASIDE}`, '--verify'),
    kubectl(job, 'cp', copy, `./${job.service.service_id}-${volume}`),
  ];
}

function restoreArguments(job: KubernetesJob, volume: string, snapshot: string): string[] {
  const path = snapshotPath(job, volume);
  return ['restore', snapshot, ...snapshotFilter(job), `--path=${path}`, `--include=${path}`, '--sparse'];
}

/** Owners and modes of a volume's own folder and what is in it. */
export function listOwners(job: KubernetesJob, volume: string): Command {
  return kubectl(job, 'exec', restorePodName(job), '--', 'ls', '-lan', snapshotPath(job, volume));
}

function snapshotPath(job: KubernetesJob, volume: string): string {
  const planned = job.volumes.find((candidate) => candidate.volume === volume);
  if (planned === undefined) throw new Error(`${job.service.service_id} has no volume ${volume}`);
  return planned.snapshot_path;
}

function snapshotFilter({ service, placement }: KubernetesJob): string[] {
  return [`--host=${placement.snapshot_host}`, `--tag=${service.tags.join(',')}`];
}

/** Stops the workload and waits for its pods to be gone. Live workloads are Deployments named `service_name`. */
export function stopWorkload(job: KubernetesJob): Command[] {
  const name = job.service.service_name;
  return [
    kubectl(job, 'scale', `deployment/${name}`, '--replicas=0'),
    kubectl(job, 'wait', '--for=delete', 'pod', `--selector=app=${name}`, '--timeout=5m'),
  ];
}

/** Starts the workload and waits for it. */
export function startWorkload(job: KubernetesJob): Command[] {
  const name = job.service.service_name;
  return [
    kubectl(job, 'scale', `deployment/${name}`, '--replicas=1'),
    kubectl(job, 'rollout', 'status', `deployment/${name}`, '--timeout=10m'),
  ];
}

/** Runs the service's backup now, beside its schedule. */
export function backUpNow(job: KubernetesJob): Command[] {
  const name = objectName('backup', job.service.service_id);
  return [
    // Left by the last restore: a second job of that name would be refused.
    kubectl(job, 'delete', 'job', `${name}-now`, '--ignore-not-found'),
    kubectl(job, 'create', 'job', `${name}-now`, `--from=cronjob/${name}`),
    kubectl(job, 'wait', '--for=condition=Complete', `job/${name}-now`, '--timeout=12h'),
  ];
}

/** A CSI snapshot of one claim, to be taken before a risky change. */
export function volumeSnapshot(job: KubernetesJob, claim: string, settings: KubernetesSettings): Manifest {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: {
      name: volumeSnapshotName(claim),
      namespace: job.namespace,
      labels: labels(job.service.service_id, 'restore'),
    },
    spec: {
      ...(settings.volume_snapshot_class === null
        ? {}
        : { volumeSnapshotClassName: settings.volume_snapshot_class }),
      source: { persistentVolumeClaimName: claim },
    },
  };
}

export function volumeSnapshotName(claim: string): string {
  return objectName('before-change', claim);
}

/** Waits until a CSI snapshot can be restored from. */
export function waitForVolumeSnapshot(job: KubernetesJob, claim: string): Command {
  return kubectl(
    job,
    'wait',
    '--for=jsonpath={.status.readyToUse}=true',
    `volumesnapshot/${volumeSnapshotName(claim)}`,
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
      value: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: volumeSnapshotName(claim) },
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

/** Restores one claim from VolSync's repository; the workload must be stopped. Newest snapshot, or as of a time. */
export function replicationDestination(job: KubernetesJob, claim: string, asOf: string | null): Manifest {
  return {
    apiVersion: 'volsync.backube/v1alpha1',
    kind: 'ReplicationDestination',
    metadata: {
      name: objectName('restore', claim),
      namespace: job.namespace,
      labels: labels(job.service.service_id, 'restore'),
    },
    spec: {
      trigger: { manual: 'restore-once' },
      restic: {
        repository: volsyncSecret(job, claim),
        destinationPVC: claim,
        copyMethod: 'Direct',
        ...(asOf === null ? {} : { restoreAsOf: asOf }),
      },
    },
  };
}

/** Waits until VolSync has restored a claim, then removes the order. */
export function finishReplication(job: KubernetesJob, claim: string): Command[] {
  const name = `replicationdestination/${objectName('restore', claim)}`;
  return [
    kubectl(job, 'wait', '--for=jsonpath={.status.lastManualSync}=restore-once', name, '--timeout=12h'),
    kubectl(job, 'delete', name),
  ];
}

/** Velero restores what is not there: the workload and its claims have to be deleted first. */
export function veleroRestore(job: KubernetesJob, settings: KubernetesSettings): Command {
  return [
    'velero',
    `--namespace=${settings.velero_namespace}`,
    'restore',
    'create',
    `--from-schedule=${veleroSchedule(job.service)}`,
    `--include-namespaces=${job.namespace}`,
    `--selector=app=${job.service.service_name}`,
    '--wait',
  ];
}

/** K8up's order to restore one claim from a snapshot; the workload must be stopped. */
export function k8upRestore(job: KubernetesJob, claim: string, snapshot: string): Manifest {
  return {
    apiVersion: 'k8up.io/v1',
    kind: 'Restore',
    metadata: {
      name: objectName('restore', claim),
      namespace: job.namespace,
      labels: labels(job.service.service_id, 'restore'),
    },
    spec: {
      snapshot,
      tags: [k8upTag(job.service)],
      restoreMethod: { folder: { claimName: claim } },
      backend: backend(job.repository),
    },
  };
}

export { claimsOf };
