import { fence, fenced, step, type Command, type Step } from '../../../model/guide.js';
import { IN_CLUSTER } from '../../../steps/typed-at.js';
import { verifySteps } from '../../../steps/verify.js';
import type { KubernetesJob } from './cluster.js';
import { kubectl } from './kubectl.js';
import * as workload from './workload.js';

/** The workload stands still, and nobody else uses the data. */
export function stopSteps(job: KubernetesJob): Step[] {
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

/** It goes on. */
export function startStep(job: KubernetesJob): Step {
  return {
    heading: 'Start the workload',
    text: 'With as many pods as were noted when it was stopped.',
    pipelines: workload.startWorkload(job),
  };
}

/** An operator is kept from backing up what is half restored. */
export function paused(commandOf: (isPaused: boolean) => readonly Command[], steps: readonly Step[]): Step[] {
  return [
    step('Hold the backups', 'So that none of the damage begins while you work.', commandOf(true)),
    ...steps,
    step('Let the backups run again', '', commandOf(false)),
  ];
}

/** Whether the service answers. */
export function verified(job: KubernetesJob): Step[] {
  return verifySteps(job.service, inWorkload(job));
}

function inWorkload(job: KubernetesJob): Command | null {
  const name = workload.workloadOf(job);
  return name === null ? null : kubectl(job, 'exec', name, '--');
}
