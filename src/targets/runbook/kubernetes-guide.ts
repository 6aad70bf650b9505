import type { KubernetesSettings } from '../../policy/policy.js';
import type { KubernetesJob } from '../kubernetes/cluster.js';
import * as restore from '../kubernetes/restore.js';
import { applied, step, type Command, type Step } from './guide.js';
import { ownerText } from './owner.js';
import { verifySteps } from './verify.js';

/** Restoring on Kubernetes: every command is typed where `kubectl` reaches the cluster. */
export function kubernetesSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  const before =
    settings.snapshot === 'csi' || settings.volume_snapshot_class !== null ? csiSteps(job, settings) : [];
  return [...before, ...methodSteps(job, settings), ...verifySteps(job.service, inWorkload(job))];
}

function methodSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  const stop = step('Stop the workload', '', restore.stopWorkload(job));
  const start = step(
    'Start the workload',
    'With more replicas than one, scale it up afterwards.',
    restore.startWorkload(job),
  );
  const claims = restore.claimsOf(job);
  switch (settings.method) {
    case 'restic':
      return resticSteps(job, settings);
    case 'velero':
      return [
        step(
          'Restore the workload and its claims',
          'Velero restores only what is not there: delete the workload and its claims first.',
          [restore.veleroRestore(job, settings)],
        ),
      ];
    case 'volsync':
      return [
        stop,
        ...claims.map((claim): Step => ({
          heading: `Restore claim ${claim} in place`,
          text: 'The newest snapshot; restoreAsOf in the object takes an older one.',
          pipelines: [
            applied(restore.replicationDestination(job, claim, null)),
            ...restore.finishReplication(job, claim).map((command) => [command]),
          ],
        })),
        start,
      ];
    case 'k8up':
      return [
        stop,
        ...claims.map((claim): Step => ({
          heading: `Restore claim ${claim} in place`,
          text: 'SNAPSHOT is the id of a snapshot: kubectl get snapshots lists them.',
          pipelines: [applied(restore.k8upRestore(job, claim, 'SNAPSHOT'))],
        })),
        start,
      ];
  }
}

function resticSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  return [
    {
      heading: 'Start a pod to restore in',
      text: 'While the workload still runs, so that the pod comes to the same node. It has restic, the credentials and the volumes.',
      pipelines: [applied(restore.restorePod(job, settings)), [restore.waitForRestorePod(job)]],
    },
    step('List snapshots', '', [restore.listSnapshots(job)]),
    step('Stop the workload', '', restore.stopWorkload(job)),
    ...job.volumes.flatMap((volume) => [
      step(
        `Restore ${volume.volume} in place`,
        'The first command only says what would change; the second restores. Files that the snapshot does not have are deleted.',
        [
          restore.restoreInPlace(job, volume.volume, 'latest', true),
          restore.restoreInPlace(job, volume.volume, 'latest', false),
        ],
      ),
      step(
        `Restore ${volume.volume} aside`,
        'Into the pod, and from there to the folder that you are in.',
        restore.restoreAside(job, volume.volume, 'latest'),
      ),
    ]),
    step(
      'Check owners',
      ownerText(job.service),
      job.volumes.map((volume) => restore.listOwners(job, volume.volume)),
    ),
    step(
      'Start the workload',
      'With more replicas than one, scale it up afterwards.',
      restore.startWorkload(job),
    ),
    step('Remove the pod', '', [restore.removeRestorePod(job)]),
    step('Back up again', 'So that the restored state is the newest snapshot.', restore.backUpNow(job)),
  ];
}

function csiSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  return restore.claimsOf(job).flatMap((claim): Step[] => [
    {
      heading: `Before a risky change: snapshot claim ${claim}`,
      text: 'A CSI snapshot stays in the storage system: quick to take and to go back to, but no backup.',
      pipelines: [
        applied(restore.volumeSnapshot(job, claim, settings)),
        [restore.waitForVolumeSnapshot(job, claim)],
      ],
    },
    {
      heading: `Go back: a new claim from that snapshot of ${claim}`,
      text: `Makes ${claim}-restored; let the workload use it instead.`,
      pipelines: [restore.claimFromSnapshot(job, claim)],
    },
  ]);
}

function inWorkload({ namespace, service }: KubernetesJob): Command {
  return ['kubectl', '--namespace', namespace, 'exec', `deployment/${service.service_name}`, '--'];
}
