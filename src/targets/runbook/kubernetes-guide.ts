import { isObjectName } from '../../plan/kubernetes-problems.js';
import type { PlannedVolume, ServicePlan } from '../../plan/plan.js';
import type { KubernetesSettings } from '../../policy/policy.js';
import { outerFirst, sparedVolumes } from '../nested-volumes.js';
import type { KubernetesJob } from '../kubernetes/cluster.js';
import { hostPaths } from '../kubernetes/hostpath-files.js';
import { k8upTag } from '../kubernetes/k8up.js';
import * as operators from '../kubernetes/operator-restore.js';
import * as restore from '../kubernetes/restore.js';
import { moverSecurity, podSecurityLevel, restoreSecurity } from '../kubernetes/security.js';
import { claimsOf } from '../kubernetes/volsync.js';
import type { TargetInput } from '../target.js';
import { applied, inPlaceText, step, type Command, type Pipeline, type Step } from './guide.js';
import { ownerText } from './owner.js';
import { verifySteps } from './verify.js';

/** Restoring on Kubernetes: every command is typed where `kubectl` reaches the cluster. */
export function kubernetesSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  const before =
    settings.snapshot === 'csi' || settings.volume_snapshot_class !== null ? csiSteps(job, settings) : [];
  return [...before, ...methodSteps(job, settings)];
}

/** Where an operator puts what it backs up; one sentence. Empty where restic itself is run. */
export function operatorText(service: ServicePlan, { runtimes }: TargetInput): string {
  switch (runtimes.kubernetes.method) {
    case 'velero':
      return 'by Velero, into its own storage: restic cannot read these backups.';
    case 'volsync':
      return 'by VolSync, into a repository of its own for each claim, as snapshots of host volsync.';
    case 'k8up':
      return `by K8up, as snapshots with the tag ${k8upTag(service)} that hold /data/CLAIM.`;
    case 'restic':
      return '';
  }
}

function methodSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  switch (settings.method) {
    case 'restic':
      return resticSteps(job, settings);
    case 'velero':
      return veleroSteps(job, settings);
    case 'volsync':
      return [
        stopStep(job),
        ...claimsOf(job).map((claim) => volsyncStep(job, claim)),
        startStep(job),
        ...verified(job),
      ];
    case 'k8up':
      return [
        step('List snapshots', 'Of the whole namespace; PATHS says which claim.', [
          operators.k8upSnapshots(job),
        ]),
        stopStep(job),
        ...claimsOf(job).map((claim) => k8upStep(job, claim)),
        startStep(job),
        ...verified(job),
      ];
  }
}

function stopStep(job: KubernetesJob): Step {
  const { service_name } = job.service;
  // `service_name` is what its pods are labelled with, which may hold more than the name of an object.
  const elsewhere = isObjectName(service_name)
    ? ''
    : ` Nothing in Kubernetes can be called ${service_name}: put the workload's own name there (kubectl get deployments).`;
  return {
    heading: 'Stop the workload',
    text: `The first command notes how many replicas it has. Pause what would scale it up again: an autoscaler, or a GitOps controller. Of a StatefulSet write statefulset/ in place of deployment/, here and below.${elsewhere}`,
    pipelines: restore.stopWorkload(job),
  };
}

function startStep(job: KubernetesJob): Step {
  return {
    heading: 'Start the workload',
    text: 'With as many replicas as were noted when it was stopped.',
    pipelines: restore.startWorkload(job),
  };
}

function volsyncStep(job: KubernetesJob, claim: string): Step {
  const lostAndFound =
    moverSecurity(job.service, job.volumes) === null
      ? ''
      : " A lost+found that the workload's user cannot read makes the mover fail over and over: set enableFileDeletion to false then.";
  return {
    heading: `Restore claim ${claim} in place`,
    text: `The newest snapshot; restoreAsOf in the object takes an older one. Files that the snapshot does not have are deleted, which VolSync up to 0.10 cannot do: it refuses enableFileDeletion.${lostAndFound}`,
    pipelines: [
      applied(operators.replicationDestination(job, claim, null)),
      ...single(operators.finishReplication(job, claim)),
    ],
  };
}

function k8upStep(job: KubernetesJob, claim: string): Step {
  return {
    heading: `Restore claim ${claim} in place`,
    text: 'Put the id of a snapshot in place of SNAPSHOT. The third command must print Succeeded. K8up deletes nothing: files that the snapshot does not have stay.',
    pipelines: [
      applied(operators.k8upRestore(job, claim, 'SNAPSHOT')),
      ...single(operators.finishK8upRestore(job, claim)),
    ],
  };
}

function veleroSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  const aside = operators.asideNamespace(job);
  return [
    step('List backups', 'A backup that is not Completed may lack data: velero backup describe says what.', [
      operators.veleroBackups(job, settings),
    ]),
    step(
      'Restore aside',
      `The newest backup, into the namespace ${aside}, where the workload starts too. --from-backup=NAME in place of --from-schedule takes an older one.`,
      [operators.veleroRestore(job, settings, true)],
    ),
    step(
      'Restore in place',
      'Velero restores only what is not there, so the workload and its claims are deleted first, and with them the data: look at the backup aside before.',
      [...operators.deleteWorkload(job, claimsOf(job)), operators.veleroRestore(job, settings, false)],
    ),
    ...verified(job),
  ];
}

function single(commands: readonly Command[]): Pipeline[] {
  return commands.map((command) => [command]);
}

/** Starting the pod: as root, and where the namespace may refuse that, as the workload's user too. */
function podSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  const { level } = restoreSecurity(job.volumes);
  const restricted = restore.restrictedRestorePod(job, settings);
  const ready: Pipeline = [restore.waitForRestorePod(job)];
  const needs =
    podSecurityLevel(job.service, job.volumes) === 'restricted'
      ? `Its Pod Security level is ${level}.`
      : `Its Pod Security level is ${level}, which the namespace allows as long as backups run in it.`;
  const first: Step = {
    heading: 'Start a pod to restore in',
    text: `While the workload still runs, so that the pod comes to the same node. It has restic, the credentials and the volumes. ${needs}`,
    pipelines: [applied(restore.restorePod(job, settings)), ready],
  };
  if (restricted === null) return [first];
  return [
    first,
    {
      heading: 'Start it in a namespace at level restricted',
      text: "Only when that pod was refused (violates PodSecurity). This one runs as the workload's user and takes the same commands; every file comes back as that user's, and what the user may not change keeps its owner and mode. The last command removes the file system's own lost+found, which would stop files from being deleted.",
      pipelines: [applied(restricted), ready, [restore.removeLostAndFound(job)]],
    },
  ];
}

function resticSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  return [
    ...podSteps(job, settings),
    step('List snapshots', '', [restore.listSnapshots(job)]),
    stopStep(job),
    ...outerFirst(job.volumes).flatMap((volume) => volumeSteps(job, volume, settings)),
    step(
      'Check owners',
      ownerText(job.service, job.placement),
      job.volumes.map((volume) => restore.listOwners(job, volume.volume)),
    ),
    startStep(job),
    ...verified(job),
    step('Remove the pod', '', [restore.removeRestorePod(job)]),
    backUpStep(job, settings),
  ];
}

function volumeSteps(job: KubernetesJob, volume: PlannedVolume, settings: KubernetesSettings): Step[] {
  const name = volume.volume;
  const perNode = restore.isPerNode(settings, volume)
    ? " Every node has snapshots of its own: latest is that of the pod's node. For another node's, or one without the tag of a node, put its id there."
    : '';
  const inside = sparedVolumes(job.service, volume, job.placement.volumes);
  const spared = inside.map((inner) => inner.volume);
  // On hosts a script asks the snapshot; here a person has to look.
  const deep = inside.some((inner) => inner.location.slice(volume.location.length + 1).includes('/'))
    ? ' But a folder above one of them goes with all that is in it if the snapshot does not have that folder: if the first command says that it would be deleted, add --include=! with its path to the second.'
    : '';
  return [
    {
      heading: `Restore ${name} in place`,
      text: `${inPlaceText(spared)}${deep}${perNode}`,
      pipelines: [true, false].map((dryRun) => restore.restoreInPlace(job, settings, name, 'latest', dryRun)),
    },
    {
      heading: `Restore ${name} aside`,
      text: 'Into the pod, and from there to the folder that you are in.',
      pipelines: restore.restoreAside(job, settings, name, 'latest'),
    },
  ];
}

function backUpStep(job: KubernetesJob, settings: KubernetesSettings): Step {
  const scheduled = settings.host_path_mode === 'daemonset' && hostPaths(job).length > 0;
  const commands = restore.backUpNow(job, settings);
  return step(
    'Back up again',
    [
      'So that the restored state is the newest snapshot.',
      ...(commands.length > 0 ? ['The last command must say that it is complete.'] : []),
      ...(scheduled ? ['The scheduler backs up the hostPaths at its next time.'] : []),
    ].join(' '),
    commands,
  );
}

function verified(job: KubernetesJob): Step[] {
  return verifySteps(job.service, inWorkload(job));
}

function csiSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  return claimsOf(job).flatMap((claim): Step[] => [
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
