import { claimsOf } from '../../render/cluster.js';
import { orderPath, restoreObjectFile } from '../../render/restore-order.js';
import { podSecurityLevel } from '../../render/security.js';
import type { MethodRenderer } from '../renderer.js';
import { restoreDumpFiles } from '../../render/restore-dumps.js';
import { preBackupFiles, preBackupScripts, storedDump } from './dumps.js';
import { k8upSteps } from './guide.js';
import { k8upTag } from './method.js';
import { k8upRestore } from './restore.js';
import { k8upComponent, k8upFile } from './schedule.js';

export const k8up: MethodRenderer = {
  kinds: ['schedules.k8up.io', 'prebackuppods.k8up.io'],
  files: ({ jobs }, input) => ({
    files: jobs.flatMap((job) => [
      k8upComponent(job, input),
      ...claimsOf(job).map((claim) => {
        const about = `Has K8up restore the claim ${claim} from the snapshot whose id is put in place of SNAPSHOT.`;
        return restoreObjectFile(job, input, orderPath(job, claim), about, k8upRestore(job, claim));
      }),
      ...restoreDumpFiles(job, input, storedDump),
    ]),
    resources: jobs.flatMap((job) => [k8upFile(job, input), ...preBackupFiles(job, input)]),
    generators: [],
  }),
  scripts: ({ jobs }) => preBackupScripts(jobs),
  level: ({ service, volumes }) => podSecurityLevel(service, volumes),
  stored: (service) =>
    `by K8up, as snapshots with the tag ${k8upTag(service)} that hold /data/CLAIM${(service.dumps ?? []).length === 0 ? '' : ' or the archive of a dump'}. No job fails because a claim is empty.`,
  steps: k8upSteps,
  applied: (job, input) => restoreDumpFiles(job, input, storedDump),
};
