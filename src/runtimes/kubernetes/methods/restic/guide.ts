import type { PlannedVolume, RepositoryPlan } from '../../../../model/plan.js';
import type { KubernetesSettings } from '../../settings.js';
import { outerFirst, sparedVolumes } from '../../../../rendering/nested-volumes.js';
import { chooseSteps } from '../../../../steps/choose.js';
import { fence, fenced, step, type Command, type Fence, type Step } from '../../../../model/guide.js';
import { inPlaceSteps } from '../../../../steps/in-place.js';
import { restoredOwners } from '../../../../steps/owners.js';
import { IN_CLUSTER } from '../../../../steps/typed-at.js';
import { BACK_UP_AGAIN, forgetFence, suspended } from '../../../../steps/timers.js';
import type { KubernetesJob } from '../../render/cluster.js';
import { backupName } from '../../render/names.js';
import { startStep, stopSteps, verified } from '../../render/steps.js';
import { hostPaths, scheduledByHand } from './hostpath-files.js';
import { jobDumps } from '../../render/dump-containers.js';
import * as restore from './restore.js';
import { fileHolders, loadDumps } from '../../render/load-dumps.js';
import { dumpsAside, storedDump } from './stored-dumps.js';
import { claimSteps, podSteps } from './restore-pod.js';

/** In a pod with restic and the volumes. */
export function resticSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  const { service, placement, repository } = job;
  const volumes = outerFirst(job.volumes);
  const files = fileHolders(job);
  // Servers are loaded while they run; nothing has to stop for them.
  const isStopped = volumes.length + files.length > 0;
  return [
    ...claimSteps(job),
    ...podSteps(job),
    ...chooseSteps({
      at: IN_CLUSTER,
      before: [],
      restic: restore.resticInPod(job),
      snapshotHost: placement.snapshot_host,
      tags: service.tags,
      paths: [...volumes, ...jobDumps(job).map(({ dump }) => dump)].map(({ snapshot_path }) => snapshot_path),
    }),
    fenced(
      'Restore aside',
      'Into the pod, and from there to the folder that you are in. Nothing has to stop for that.',
      [...forEach(volumes, (volume) => restore.restoreAside(job, settings, volume)), ...dumpsAside(job)],
    ),
    holdStep(job, settings, repository),
    ...(isStopped ? stopSteps({ ...job, volumes: [...job.volumes, ...files] }) : []),
    ...(volumes.length === 0 ? [] : inPlace(job, settings, volumes)),
    ...loadDumps(job, 'stopped', storedDump),
    ...(isStopped ? [startStep(job)] : []),
    ...loadDumps(job, 'running', storedDump),
    ...verified(job),
    step('Remove the pod', '', [restore.removeRestorePod(job)]),
    backUpStep(job, settings, repository),
  ];
}

/** Volumes, where they are. */
function inPlace(
  job: KubernetesJob,
  settings: KubernetesSettings,
  volumes: readonly PlannedVolume[],
): Step[] {
  const { service, placement } = job;
  return [
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
      restoredOwners(service, null),
      volumes.map((volume) => restore.listOwners(job, volume)),
    ),
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
