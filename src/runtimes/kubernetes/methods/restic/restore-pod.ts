import { fence, fenced, type Step } from '../../../../model/guide.js';
import { IN_TREE } from '../../../../steps/typed-at.js';
import { claimsOf, type KubernetesJob } from '../../render/cluster.js';
import { applyFile } from '../../render/kubectl.js';
import { LIFETIME_TEXT } from '../../render/lifetime.js';
import { podSecurityLevel, restoreSecurity } from '../../render/security.js';
import { restrictedSecurity } from './restore-files.js';
import * as restore from './restore.js';

/** Starting the pod: as root, and where the namespace may refuse that, as the workload's user too. */
export function podSteps(job: KubernetesJob): Step[] {
  const { level } = restoreSecurity(job.volumes);
  const ready = restore.waitForRestorePod(job);
  const needs =
    podSecurityLevel(job.service, job.volumes) === 'restricted'
      ? `Its Pod Security level is ${level}.`
      : `Its Pod Security level is ${level}, which the namespace allows as long as backups run in it.`;
  const first = fenced(
    'Start a pod to restore in',
    `While the workload still runs, so that the pod comes to the same node. It has restic, the credentials and the volumes. ${LIFETIME_TEXT} ${needs}`,
    [fence(IN_TREE, [applyFile(restore.restorePodPath(job, false)), ready])],
  );
  if (restrictedSecurity(job) === null) return [first];
  return [
    first,
    fenced(
      'Start it in a namespace at level restricted',
      "Only when that pod was refused (violates PodSecurity). This one runs as the workload's user and takes the same commands; every file comes back as that user's, and what the user may not change keeps its owner and mode. The last command removes the file system's own lost+found, into which that user cannot look.",
      [
        fence(IN_TREE, [
          applyFile(restore.restorePodPath(job, true)),
          ready,
          ...(job.volumes.length === 0 ? [] : [restore.removeLostAndFound(job)]),
        ]),
      ],
    ),
  ];
}

/** Claims that are not there keep the pod from starting. */
export function claimSteps(job: KubernetesJob): Step[] {
  const sizes = new Map(job.volumes.map(({ name, claim_size }) => [name, claim_size]));
  return claimsOf(job).map((claim) => {
    const isDeclared = sizes.get(claim) !== undefined;
    // The kubelet gives a new volume to a group only for a pod that asks for it (fsGroup), and ours must never.
    const user =
      restrictedSecurity(job) === null
        ? ''
        : " In a namespace at level restricted let the workload start with the new claim before you restore: a new volume is root's until then.";
    const text = `Only when there is no claim ${claim} any more.${user} What deploys the workload makes it; a StatefulSet makes the one of its pod.`;
    return fenced(
      `When the claim ${claim} is gone`,
      isDeclared
        ? `${text} Else this does:`
        : `${text} The contract declares no size, from which it could be made here.`,
      isDeclared ? [fence(IN_TREE, [applyFile(restore.claimPath(job, claim))])] : [],
    );
  });
}
