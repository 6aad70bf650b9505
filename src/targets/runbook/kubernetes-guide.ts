import type { Placement, PlannedVolume, RepositoryPlan, ServicePlan } from '../../plan/plan.js';
import type { KubernetesSettings } from '../../policy/policy.js';
import { outerFirst, sparedVolumes } from '../nested-volumes.js';
import { backupName } from '../kubernetes/backup-files.js';
import type { KubernetesJob } from '../kubernetes/cluster.js';
import { hostPaths, scheduledByHand } from '../kubernetes/hostpath-files.js';
import { k8upTag } from '../../runtimes/kubernetes/methods/k8up.js';
import * as operators from '../kubernetes/operator-restore.js';
import * as restore from '../kubernetes/restore.js';
import { applyFile, kubectl } from '../kubernetes/kubectl.js';
import { LIFETIME_TEXT } from '../kubernetes/lifetime.js';
import { claimShell, shellOf } from '../kubernetes/shell.js';
import { claimsOf } from '../kubernetes/volsync.js';
import * as workload from '../kubernetes/workload.js';
import type { TargetInput } from '../target.js';
import { chooseSteps } from './choose.js';
import {
  fence,
  fenced,
  step,
  type Command,
  type Fence,
  type Pipeline,
  type Step,
} from '../../model/guide.js';
import { inPlaceSteps } from './in-place.js';
import { claimSteps, podSteps } from './restore-pod.js';
import { ownerText } from './owner.js';
import { IN_CLUSTER, IN_TREE } from './place.js';
import { BACK_UP_AGAIN, forgetFence, suspended } from './timers.js';
import { verifySteps } from './verify.js';

/** Restoring on Kubernetes: every command is typed where `kubectl` reaches the cluster. */
export function kubernetesSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  const before = restore.takesSnapshots(settings) ? csiSteps(job) : [];
  return [...before, ...methodSteps(job, settings)];
}

/** Where an operator puts what it backs up, and what it does not do. Empty where restic itself is run. */
export function operatorText(service: ServicePlan, placement: Placement, input: TargetInput): string {
  const stored = storedText(service, input);
  const unheard = placement.not_honoured ?? [];
  if (stored === '' || unheard.length === 0) return stored;
  return `${stored} What the policy says of ${unheard.join(', ')} is not done.`;
}

function storedText(service: ServicePlan, { runtimes }: TargetInput): string {
  switch (runtimes.kubernetes.method) {
    case 'velero':
      return 'by Velero, into its own storage: restic cannot read these backups.';
    case 'volsync':
      return 'by VolSync, into a repository of its own for each claim, as snapshots of host volsync. No job checks these, and none fails because a claim is empty.';
    case 'k8up':
      return `by K8up, as snapshots with the tag ${k8upTag(service)} that hold /data/CLAIM. No job fails because a claim is empty.`;
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
      return paused(
        (isPaused) => claimsOf(job).map((claim) => operators.pauseReplication(job, claim, isPaused)),
        [
          ...stopSteps(job),
          ...claimsOf(job).map((claim) => volsyncStep(job, claim)),
          startStep(job),
          ...verified(job),
        ],
      ).concat(claimsOf(job).map((claim) => checkStep(job, claim)));
    case 'k8up':
      return [
        step('List snapshots', 'Of the whole namespace; PATHS says which claim.', [
          operators.k8upSnapshots(job),
        ]),
        ...stopSteps(job),
        ...claimsOf(job).map((claim) => k8upStep(job, claim)),
        startStep(job),
        ...verified(job),
      ];
  }
}

/** The workload stands still, and nobody else uses the data. */
function stopSteps(job: KubernetesJob): Step[] {
  const { workload: planned } = job.placement;
  const isKnown = workload.workloadOf(job) !== null;
  const find = fenced(
    'Find out what runs the service',
    `Nothing says whether that is a Deployment or a StatefulSet; backup.kubernetes.workload of the contract can. A pod that belongs to ReplicaSet/NAME-HASH is one of deployment/NAME, one that belongs to StatefulSet/NAME of statefulset/NAME. Put that in place of ${workload.UNKNOWN} below.`,
    [fence(IN_CLUSTER, [workload.findWorkload(job)])],
  );
  const mayBeSet = planned?.kind !== 'Deployment';
  const set = mayBeSet
    ? ' All pods of a StatefulSet stop, because it cannot leave out one. If the first block says that it deletes its claims, set whenScaled to Retain before you go on: else the data goes with the pods.'
    : '';
  return [
    ...(isKnown ? [] : [find]),
    fenced(
      'Stop the workload',
      `Pause what would scale it up again first: an autoscaler, or a GitOps controller.${set} The last block must name nothing: what it names uses the data, and has to stop too before you go on.`,
      [
        ...(mayBeSet
          ? [
              {
                lead: `${IN_CLUSTER}, for what happens to its claims`,
                pipelines: [workload.keepsClaims(job)],
              },
            ]
          : []),
        {
          lead: `${IN_CLUSTER}, which notes how many pods there were`,
          pipelines: workload.stopWorkload(job),
        },
        { lead: `${IN_CLUSTER}, for whoever else uses the data`, pipelines: [workload.checkUnused(job)] },
      ],
    ),
  ];
}

function startStep(job: KubernetesJob): Step {
  return {
    heading: 'Start the workload',
    text: 'With as many pods as were noted when it was stopped.',
    pipelines: workload.startWorkload(job),
  };
}

function volsyncStep(job: KubernetesJob, claim: string): Step {
  return fenced(
    `Restore claim ${claim} in place`,
    'The newest snapshot; for an older one put restoreAsOf with a time into the file. VolSync deletes nothing like this: files that the snapshot does not have stay.',
    [fence(IN_TREE, [applyFile(restore.orderPath(job, claim)), ...operators.finishReplication(job, claim)])],
  );
}

/** Nothing else ever looks whether what VolSync has stored can be read. */
function checkStep(job: KubernetesJob, claim: string): Step {
  const { open, restic, close } = shellOf(claimShell(job, claim));
  return fenced(
    `From time to time: check the repository of claim ${claim}`,
    `No job does. This reads everything and takes long. It runs in a pod: ${LIFETIME_TEXT.charAt(0).toLowerCase()}${LIFETIME_TEXT.slice(1)}`,
    [fence(IN_TREE, [...open, [...restic, 'check', '--read-data', '--retry-lock', '2h'], ...close])],
  );
}

function k8upStep(job: KubernetesJob, claim: string): Step {
  return fenced(
    `Restore claim ${claim} in place`,
    'Put the id of a snapshot in place of SNAPSHOT. The third line must print Succeeded. K8up deletes nothing: files that the snapshot does not have stay.',
    [
      {
        lead: IN_TREE,
        pipelines: [
          operators.orderK8upRestore(job, claim),
          ...single(operators.finishK8upRestore(job, claim)),
        ],
      },
    ],
  );
}

/** An operator is kept from backing up what is half restored. */
function paused(commandOf: (isPaused: boolean) => readonly Command[], steps: readonly Step[]): Step[] {
  return [
    step('Hold the backups', 'So that none of the damage begins while you work.', commandOf(true)),
    ...steps,
    step('Let the backups run again', '', commandOf(false)),
  ];
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
    ...paused(
      (isPaused) => [operators.pauseVelero(job, settings, isPaused)],
      [
        ...stopSteps(job),
        step(
          'Delete the workload and its claims, with their data',
          'Velero restores only what is not there. Look at the backup aside before: there is no way back.',
          operators.deleteWorkload(job, claimsOf(job)),
        ),
        step('Restore in place', 'What was deleted comes back from the newest backup, the workload too.', [
          operators.veleroRestore(job, settings, false),
        ]),
        ...verified(job),
      ],
    ),
  ];
}

function single(commands: readonly Command[]): Pipeline[] {
  return commands.map((command) => [command]);
}

function resticSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  const { service, placement, repository } = job;
  const volumes = outerFirst(job.volumes);
  return [
    ...claimSteps(job),
    ...podSteps(job),
    ...chooseSteps({
      at: IN_CLUSTER,
      before: [],
      restic: restore.resticInPod(job),
      snapshotHost: placement.snapshot_host,
      tags: service.tags,
      paths: volumes.map(({ snapshot_path }) => snapshot_path),
    }),
    fenced(
      'Restore aside',
      'Into the pod, and from there to the folder that you are in. Nothing has to stop for that.',
      forEach(volumes, (volume) => restore.restoreAside(job, settings, volume)),
    ),
    holdStep(job, settings, repository),
    ...stopSteps(job),
    ...perNode(volumes, settings),
    ...inPlaceSteps({
      spared: volumes.flatMap((volume) =>
        sparedVolumes(service, volume, placement.volumes).map((inner) => inner.volume),
      ),
      restore: forEach(volumes, (volume) =>
        [true, false].map((dryRun) => restore.restoreInPlace(job, settings, volume, dryRun)),
      ),
      preview: forEach(volumes, (volume) => [restore.deleteExtraInPlace(job, settings, volume, '--preview')]),
      apply: forEach(volumes, (volume) => [restore.deleteExtraInPlace(job, settings, volume, '--apply')]),
    }),
    step(
      'Check owners',
      ownerText(service, placement),
      volumes.map((volume) => restore.listOwners(job, volume)),
    ),
    startStep(job),
    ...verified(job),
    step('Remove the pod', '', [restore.removeRestorePod(job)]),
    backUpStep(job, settings, repository),
  ];
}

/** A fence for each volume: whoever needs only one of them copies that. */
function forEach(
  volumes: readonly PlannedVolume[],
  commandsOf: (volume: PlannedVolume) => readonly Command[],
): Fence[] {
  return volumes.map((volume) => fence(`${IN_CLUSTER}, for ${volume.volume}`, commandsOf(volume)));
}

function perNode(volumes: readonly PlannedVolume[], settings: KubernetesSettings): Step[] {
  const names = volumes.filter((volume) => restore.isPerNode(settings, volume)).map(({ volume }) => volume);
  if (names.length === 0) return [];
  return [
    {
      heading: 'Before you restore what nodes hold',
      text: `Every node has snapshots of its own of ${names.join(', ')}: latest is that of the pod's node. For another node's, or one without the tag of a node, put its id there, and leave --this-node out.`,
      pipelines: [],
    },
  ];
}

/** Nothing may back up the damage, or a half of a restore; nor may retention remove the snapshot that people need. */
function holdStep(job: KubernetesJob, settings: KubernetesSettings, repository: RepositoryPlan): Step {
  const scheduled = isScheduled(job, settings)
    ? ' The scheduler of the hostPaths cannot be held for one service: a backup of it that runs meanwhile is passed over with a later one.'
    : '';
  return fenced('Hold the jobs', `No backup of the damage may begin while you work.${scheduled}`, [
    ...(hasCronJob(job, settings)
      ? [fence(IN_CLUSTER, [suspended(job.namespace, backupName(job), true)])]
      : []),
    forgetFence(job.project, repository, 'so that retention removes none meanwhile', true),
  ]);
}

function isScheduled(job: KubernetesJob, settings: KubernetesSettings): boolean {
  return settings.host_path_mode === 'daemonset' && hostPaths(job).length > 0;
}

function hasCronJob(job: KubernetesJob, settings: KubernetesSettings): boolean {
  return restore.backUpNow(job, settings).length > 0;
}

function backUpStep(job: KubernetesJob, settings: KubernetesSettings, repository: RepositoryPlan): Step {
  const commands = restore.backUpNow(job, settings);
  const scheduled = isScheduled(job, settings) ? scheduledByHand(job) : null;
  return fenced(
    'Back up again',
    [
      `${BACK_UP_AGAIN} Then the jobs run again.`,
      ...(commands.length === 0
        ? []
        : ['The last line of the first block must say that the job is complete.']),
      ...(scheduled === null
        ? []
        : [
            'A pod on each node backs up the hostPaths there: put the name of the one on the restored node in place of POD.',
          ]),
    ].join(' '),
    [
      ...(commands.length === 0
        ? []
        : [
            fence(IN_CLUSTER, commands),
            fence(`${IN_CLUSTER}, for the schedule`, [suspended(job.namespace, backupName(job), false)]),
          ]),
      ...(scheduled === null
        ? []
        : [fence(`${IN_CLUSTER}, for the hostPaths`, [scheduled.pods, scheduled.run])]),
      forgetFence(job.project, repository, 'for retention', false),
    ],
  );
}

function verified(job: KubernetesJob): Step[] {
  return verifySteps(job.service, inWorkload(job));
}

function csiSteps(job: KubernetesJob): Step[] {
  return claimsOf(job).flatMap((claim): Step[] => [
    fenced(
      `Before a risky change: snapshot claim ${claim}`,
      'A CSI snapshot stays in the storage system: quick to take and to go back to, but no backup.',
      [
        fence(IN_TREE, [
          applyFile(restore.volumeSnapshotPath(job, claim)),
          restore.waitForVolumeSnapshot(job, claim),
        ]),
      ],
    ),
    {
      heading: `Go back: a new claim from that snapshot of ${claim}`,
      text: `Makes ${claim}-restored; let the workload use it instead.`,
      pipelines: [restore.claimFromSnapshot(job, claim)],
    },
  ]);
}

function inWorkload(job: KubernetesJob): Command | null {
  const name = workload.workloadOf(job);
  return name === null ? null : kubectl(job, 'exec', name, '--');
}
