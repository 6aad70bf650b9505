import type { Command } from '../../../../model/guide.js';
import type { KubernetesJob } from '../../render/cluster.js';
import { kubectl } from '../../render/kubectl.js';
import { orderMetadata, orderName, type Manifest } from '../../render/restore-order.js';
import { moverSecurity } from '../../render/security.js';
import { volsyncName, volsyncSecret } from './replication-source.js';

/**
 * Restores one claim from VolSync's repository; the workload must be stopped. By the user that made the backup, who can
 * write what it could read. Deletes nothing.
 */
export function replicationDestination(job: KubernetesJob, claim: string): Manifest {
  const mover = moverSecurity(job.service, job.volumes);
  return {
    apiVersion: 'volsync.backube/v1alpha1',
    kind: 'ReplicationDestination',
    metadata: orderMetadata(job, claim),
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
  const name = `replicationdestination/${orderName(job, claim)}`;
  return [
    kubectl(job, 'wait', '--for=jsonpath={.status.lastManualSync}=restore-once', name, '--timeout=12h'),
    kubectl(job, 'get', name, '--output=jsonpath={.status.latestMoverStatus.result}'),
    kubectl(job, 'delete', name),
  ];
}

/** Keeps VolSync from backing a claim up, or lets it again. */
export function pauseReplication(job: KubernetesJob, claim: string, isPaused: boolean): Command {
  const source = `replicationsource/${volsyncName(job, claim)}`;
  return kubectl(job, 'patch', source, '--type=merge', `--patch={"spec":{"paused":${String(isPaused)}}}`);
}
