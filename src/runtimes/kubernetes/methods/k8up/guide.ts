import { fenced, step, type Step } from '../../../../model/guide.js';
import { IN_TREE } from '../../../../steps/typed-at.js';
import { claimsOf, type KubernetesJob } from '../../render/cluster.js';
import { jobDumps } from '../../render/dump-containers.js';
import { fileHolders, loadDumps } from '../../render/load-dumps.js';
import { startStep, stopSteps, verified } from '../../render/steps.js';
import { storedDump } from './dumps.js';
import { finishK8upRestore, k8upSnapshots, orderK8upRestore } from './restore.js';

/** Claim after claim, each from a snapshot that a person chooses; then what was dumped. */
export function k8upSteps(job: KubernetesJob): Step[] {
  const files = fileHolders(job);
  // Servers are loaded while they run; nothing has to stop for them.
  const isStopped = job.volumes.length + files.length > 0;
  return [
    step('List snapshots', `Of the whole namespace; PATHS says which claim.${whichDumps(job)}`, [
      k8upSnapshots(job),
    ]),
    ...(isStopped ? stopSteps({ ...job, volumes: [...job.volumes, ...files] }) : []),
    ...claimsOf(job).map((claim) => k8upStep(job, claim)),
    ...loadDumps(job, 'stopped', storedDump),
    ...(isStopped ? [startStep(job)] : []),
    ...loadDumps(job, 'running', storedDump),
    ...verified(job),
  ];
}

/** Under which names K8up has the dumps. */
function whichDumps(job: KubernetesJob): string {
  const dumps = jobDumps(job).map(
    (here) => `the dump ${here.dump.name} is ${storedDump(job, here).path}, an archive`,
  );
  return dumps.length === 0 ? '' : ` Of what was dumped, ${dumps.join('; ')}.`;
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
