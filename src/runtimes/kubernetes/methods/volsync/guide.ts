import { fence, fenced, type Step } from '../../../../model/guide.js';
import { IN_TREE } from '../../../../steps/typed-at.js';
import { claimsOf, type KubernetesJob } from '../../render/cluster.js';
import { applyFile } from '../../render/kubectl.js';
import { LIFETIME_TEXT } from '../../render/lifetime.js';
import { orderPath } from '../../render/restore-order.js';
import { shellOf } from '../../render/shell.js';
import { paused, startStep, stopSteps, verified } from '../../render/steps.js';
import { finishReplication, pauseReplication } from './restore.js';
import { claimShell } from './shell.js';

/** Claim after claim, from repositories that nobody checks. */
export function volsyncSteps(job: KubernetesJob): Step[] {
  const claims = claimsOf(job);
  return [
    ...paused(
      (isPaused) => claims.map((claim) => pauseReplication(job, claim, isPaused)),
      [
        ...stopSteps(job),
        ...claims.map((claim) => volsyncStep(job, claim)),
        startStep(job),
        ...verified(job),
      ],
    ),
    ...claims.map((claim) => checkStep(job, claim)),
  ];
}

function volsyncStep(job: KubernetesJob, claim: string): Step {
  return fenced(
    `Restore claim ${claim} in place`,
    'The newest snapshot; for an older one put restoreAsOf with a time into the file. VolSync deletes nothing like this: files that the snapshot does not have stay.',
    [fence(IN_TREE, [applyFile(orderPath(job, claim)), ...finishReplication(job, claim)])],
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
