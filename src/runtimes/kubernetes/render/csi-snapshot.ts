import { labels, objectName } from '../../../names/objects.js';
import { settingsOf, type KubernetesSettings } from '../settings.js';
import { fence, fenced, type Step, type Command } from '../../../model/guide.js';
import { IN_TREE } from '../../../steps/typed-at.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';
import { claimsOf, type KubernetesJob } from './cluster.js';
import { applyFile, kubectl } from './kubectl.js';
import { restoreObjectFile, type Manifest } from './restore-order.js';

/** Whether the cluster can take CSI snapshots, as far as the policy says. */
function takesSnapshots({ snapshot, volume_snapshot_class }: KubernetesSettings): boolean {
  return snapshot === 'csi' || volume_snapshot_class !== null;
}

/** A CSI snapshot of each claim, for people to take. */
export function csiFiles(job: KubernetesJob, input: TargetInput): RenderedFile[] {
  const kubernetes = settingsOf(input.runtimes);
  if (!takesSnapshots(kubernetes)) return [];
  return claimsOf(job).map((claim) =>
    restoreObjectFile(
      job,
      input,
      volumeSnapshotPath(job, claim),
      `A CSI snapshot of the claim ${claim}, to be taken before a risky change.`,
      volumeSnapshot(job, claim, kubernetes),
    ),
  );
}

/** How a person takes one, and goes back to it. */
export function csiSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  if (!takesSnapshots(settings)) return [];
  return claimsOf(job).flatMap((claim): Step[] => [
    fenced(
      `Before a risky change: snapshot claim ${claim}`,
      'A CSI snapshot stays in the storage system: quick to take and to go back to, but no backup.',
      [fence(IN_TREE, [applyFile(volumeSnapshotPath(job, claim)), waitForVolumeSnapshot(job, claim)])],
    ),
    {
      heading: `Go back: a new claim from that snapshot of ${claim}`,
      text: `Makes ${claim}-restored; let the workload use it instead.`,
      pipelines: [claimFromSnapshot(job, claim)],
    },
  ]);
}

/** File of a claim's CSI snapshot. */
function volumeSnapshotPath({ namespace, service }: KubernetesJob, claim: string): string {
  return `kubernetes/${namespace}/restore/snapshots/${service.service_id}/${claim}.yaml`;
}

/** A CSI snapshot of one claim, to be taken before a risky change. */
function volumeSnapshot(job: KubernetesJob, claim: string, settings: KubernetesSettings): Manifest {
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
function waitForVolumeSnapshot(job: KubernetesJob, claim: string): Command {
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
