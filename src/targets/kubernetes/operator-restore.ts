import type { KubernetesSettings } from '../../policy/policy.js';
import { backupName } from './backup-files.js';
import type { KubernetesJob } from './cluster.js';
import { backend, k8upTag } from './k8up.js';
import { labels, objectName } from './names.js';
import type { Manifest } from './person-pod.js';
import { kubectl, type Command } from './restore.js';
import { moverSecurity } from './security.js';
import { volsyncName, volsyncSecret } from './volsync.js';
import { selectorOf, UNKNOWN, workloadOf } from './workload.js';

/**
 * Restores one claim from VolSync's repository; the workload must be stopped. Newest snapshot, or as of a time. By the
 * user that made the backup, who can write what it could read. Deletes nothing.
 */
export function replicationDestination(job: KubernetesJob, claim: string, asOf: string | null): Manifest {
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
        ...(asOf === null ? {} : { restoreAsOf: asOf }),
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
export function k8upRestore(job: KubernetesJob, claim: string, snapshot: string): Manifest {
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
      snapshot,
      tags: [k8upTag(job.service)],
      restoreMethod: { folder: { claimName: claim } },
      backend: backend(job.repository),
      ...(user === null ? {} : { podSecurityContext: user }),
    },
  };
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
