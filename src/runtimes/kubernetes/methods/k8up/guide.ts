import { fenced, step, type Step } from '../../../../model/guide.js';
import { IN_TREE } from '../../../../steps/typed-at.js';
import { claimsOf, type KubernetesJob } from '../../render/cluster.js';
import { startStep, stopSteps, verified } from '../../render/steps.js';
import { finishK8upRestore, k8upSnapshots, orderK8upRestore } from './restore.js';

/** Claim after claim, each from a snapshot that a person chooses. */
export function k8upSteps(job: KubernetesJob): Step[] {
  return [
    step('List snapshots', 'Of the whole namespace; PATHS says which claim.', [k8upSnapshots(job)]),
    ...stopSteps(job),
    ...claimsOf(job).map((claim) => k8upStep(job, claim)),
    startStep(job),
    ...verified(job),
  ];
}

function k8upStep(job: KubernetesJob, claim: string): Step {
  return fenced(
    `Restore claim ${claim} in place`,
    'Put the id of a snapshot in place of SNAPSHOT. The third line must print Succeeded. K8up deletes nothing: files that the snapshot does not have stay.',
    [
      {
        lead: IN_TREE,
        pipelines: [
          orderK8upRestore(job, claim),
          ...finishK8upRestore(job, claim).map((command) => [command]),
        ],
      },
    ],
  );
}
