import type { KubernetesSettings } from '../../policy/policy.js';
import { backupName } from './backup-files.js';
import type { KubernetesJob } from './cluster.js';
import { k8upTag } from '../../runtimes/kubernetes/methods/k8up.js';
import { backend } from './k8up.js';
import { labels, objectName } from '../../names/objects.js';
import { kubectl, type Command, type Pipeline } from './kubectl.js';
import { orderPath } from './restore.js';
import { moverSecurity } from './security.js';
import { volsyncName, volsyncSecret } from './volsync.js';
import { selectorOf, UNKNOWN, workloadOf } from './workload.js';

/** An object for `kubectl apply`. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What the operator of the cluster is told to restore a claim; null where it is told by commands alone. */
export function restoreOrder(
  job: KubernetesJob,
  claim: string,
  method: KubernetesSettings['method'],
): { readonly about: string; readonly manifest: Manifest } | null {
  switch (method) {
    case 'volsync':
      return {
        about: `Has VolSync restore the claim ${claim} from its newest snapshot; restoreAsOf takes an older one.`,
        manifest: replicationDestination(job, claim),
      };
    case 'k8up':
      return {
        about: `Has K8up restore the claim ${claim} from the snapshot whose id is put in place of SNAPSHOT.`,
        manifest: k8upRestore(job, claim),
      };
    case 'velero':
    case 'restic':
      return null;
  }
}

/**
 * Restores one claim from VolSync's repository; the workload must be stopped. By the user that made the backup, who can
 * write what it could read. Deletes nothing.
 */
function replicationDestination(job: KubernetesJob, claim: string): Manifest {
  const mover = moverSecurity(job.service, job.volumes);
  return {
    apiVersion: 'volsync.backube/v1alpha1',
    kind: 'ReplicationDestination',
    metadata: {
      name: objectName(job.project, 'restore', claim),
      namespace: job.namespace,
      labels: labels(job.project, job.service.service_id, 'restore'),
    },
    spec: {
      trigger: { manual: 'restore-once' },
      restic: {
        repository: volsyncSecret(job, claim),
        destinationPVC: claim,
        copyMethod: 'Direct',
        ...(mover === null ? {} : { moverSecurityContext: mover }),
      },
    },
  };
}

/** Waits until VolSync has restored a claim, then removes the order. */
export function finishReplication(job: KubernetesJob, claim: string): Command[] {
  const name = `replicationdestination/${objectName(job.project, 'restore', claim)}`;
  return [
    kubectl(job, 'wait', '--for=jsonpath={.status.lastManualSync}=restore-once', name, '--timeout=12h'),
    kubectl(job, 'get', name, '--output=jsonpath={.status.latestMoverStatus.result}'),
    kubectl(job, 'delete', name),
  ];
}

/** Velero's backups of one service. */
export function veleroBackups(job: KubernetesJob, settings: KubernetesSettings): Command {
  return velero(settings, 'backup', 'get', `--selector=velero.io/schedule-name=${backupName(job)}`);
}

/** The namespace that Velero restores a service aside into. */
export function asideNamespace({ project, namespace }: KubernetesJob): string {
  return objectName(project, 'aside', namespace);
}

/** Velero restores what is not there: in place, the workload and its claims have to be deleted first. */
export function veleroRestore(job: KubernetesJob, settings: KubernetesSettings, aside: boolean): Command {
  return velero(
    settings,
    'restore',
    'create',
    `--from-schedule=${backupName(job)}`,
    `--include-namespaces=${job.namespace}`,
    ...(aside ? [`--namespace-mappings=${job.namespace}:${asideNamespace(job)}`] : []),
    selectorOf(job),
    '--wait',
  );
}

function velero(settings: KubernetesSettings, ...args: readonly string[]): Command {
  return ['velero', `--namespace=${settings.velero_namespace}`, ...args];
}

/** Deletes the workload and its claims, with their data. */
export function deleteWorkload(job: KubernetesJob, claims: readonly string[]): Command[] {
  return [
    kubectl(job, 'delete', workloadOf(job) ?? UNKNOWN),
    kubectl(job, 'delete', 'persistentvolumeclaim', ...claims),
  ];
}

/** The snapshots that K8up has seen, with their ids. */
export function k8upSnapshots(job: KubernetesJob): Command {
  return kubectl(job, 'get', 'snapshots.k8up.io', '--output=wide');
}

/** K8up's order to restore one claim from a snapshot, as the user that made it; the workload must be stopped. */
function k8upRestore(job: KubernetesJob, claim: string): Manifest {
  const user = moverSecurity(job.service, job.volumes);
  return {
    apiVersion: 'k8up.io/v1',
    kind: 'Restore',
    metadata: {
      name: objectName(job.project, 'restore', claim),
      namespace: job.namespace,
      labels: labels(job.project, job.service.service_id, 'restore'),
    },
    spec: {
      snapshot: 'SNAPSHOT',
      tags: [k8upTag(job.service)],
      restoreMethod: { folder: { claimName: claim } },
      backend: backend(job.repository),
      ...(user === null ? {} : { podSecurityContext: user }),
    },
  };
}

/** Gives K8up its order for one snapshot. */
export function orderK8upRestore(job: KubernetesJob, claim: string): Pipeline {
  const file = `--filename=${orderPath(job, claim)}`;
  const patch = `--patch=${JSON.stringify({ spec: { snapshot: 'SNAPSHOT' } })}`;
  return [
    ['kubectl', 'patch', '--local', file, '--type=merge', patch, '--output=yaml'],
    ['kubectl', 'apply', '--filename=-'],
  ];
}

/** Waits until K8up has finished, well or not, says which, and removes the order. */
export function finishK8upRestore(job: KubernetesJob, claim: string): Command[] {
  const name = `restores.k8up.io/${objectName(job.project, 'restore', claim)}`;
  const reason = '--output=jsonpath={.status.conditions[?(@.type=="Completed")].reason}';
  return [
    kubectl(job, 'wait', '--for=condition=Completed', name, '--timeout=12h'),
    kubectl(job, 'get', name, reason),
    kubectl(job, 'delete', name),
  ];
}

/** Keeps VolSync from backing a claim up, or lets it again. */
export function pauseReplication(job: KubernetesJob, claim: string, isPaused: boolean): Command {
  const source = `replicationsource/${volsyncName(job, claim)}`;
  return kubectl(job, 'patch', source, '--type=merge', `--patch={"spec":{"paused":${String(isPaused)}}}`);
}

/** Keeps Velero from backing a service up, or lets it again. */
export function pauseVelero(job: KubernetesJob, settings: KubernetesSettings, isPaused: boolean): Command {
  return velero(settings, 'schedule', isPaused ? 'pause' : 'unpause', backupName(job));
}
