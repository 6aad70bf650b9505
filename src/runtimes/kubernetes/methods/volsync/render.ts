import type { TargetInput } from '../../../../rendering/file.js';
import { claimsOf, type KubernetesJob } from '../../render/cluster.js';
import { orderPath, restoreObjectFile } from '../../render/restore-order.js';
import { podSecurityLevel } from '../../render/security.js';
import { shellFile } from '../../render/shell.js';
import type { MethodRenderer } from '../renderer.js';
import { volsyncSteps } from './guide.js';
import { replicationSecret, replicationSource, volsyncSecret } from './replication-source.js';
import { replicationDestination } from './restore.js';
import { claimShell } from './shell.js';

export const volsync: MethodRenderer = {
  kinds: ['replicationsources.volsync.backube'],
  files: ({ jobs }, input) => ({
    files: jobs.flatMap((job) => claimsOf(job).flatMap((claim) => claimFiles(job, claim, input))),
    resources: jobs.flatMap((job) =>
      claimsOf(job).flatMap((claim) => [
        replicationSource(job, claim, input),
        ...replicationSecret(job, claim, input),
      ]),
    ),
    generators: [],
  }),
  // One for each claim, with the repository of that claim.
  secrets: (job) => claimsOf(job).map((claim) => volsyncSecret(job, claim)),
  level: ({ service, volumes }) => podSecurityLevel(service, volumes),
  stored: () =>
    'by VolSync, into a repository of its own for each claim, as snapshots of host volsync. No job checks these, and none fails because a claim is empty.',
  steps: volsyncSteps,
};

/** What people apply: to restore a claim, and to look into its repository. */
function claimFiles(job: KubernetesJob, claim: string, input: TargetInput) {
  const about = `Has VolSync restore the claim ${claim} from its newest snapshot; restoreAsOf takes an older one.`;
  return [
    restoreObjectFile(job, input, orderPath(job, claim), about, replicationDestination(job, claim)),
    shellFile(claimShell(job, claim), input),
  ];
}
