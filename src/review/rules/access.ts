import { placementName } from '../../targets/protection.js';
import { quote, type Finding } from '../finding.js';
import { backupPairs, type JobPair } from '../match.js';
import type { ReviewInput, Rule } from '../review.js';
import { subject } from './coverage.js';
import { factBeforeAndAfter } from './written-fact.js';

const CREDENTIALS = {
  password_file: 'password',
  environment_file: 'environment',
  kubernetes_secret: 'Secret',
} as const;

/** Where jobs find what opens a repository. It is made by hand, so it has to be there first. */
export const credentialsMoved: Rule = ({ repositories, spans }) =>
  [...repositories.after.values()].flatMap((after) => {
    const before = repositories.before.get(after.name);
    if (before === undefined) return [];
    return (['password_file', 'environment_file', 'kubernetes_secret'] as const)
      .filter((key) => before[key] !== after[key])
      .map((key): Finding => ({
        ...{ service: null, volume: null, runtime: null, host: null },
        code: 'STW847',
        severity: 'info',
        before: before[key],
        after: after[key],
        message: `the ${CREDENTIALS[key]} of repository ${quote(after.name)} is looked for in another place`,
        hint: 'put it there before the jobs are installed: they fail without it',
        span: spans.repository(after.name, key),
      }));
  });

/** Jobs on Kubernetes that ran as the workload's user and run as root now, because the contract names none any more. */
export const rootJobs: Rule = (input) =>
  input.matched.services
    .flatMap(({ placements }) => placements)
    .filter((pair) => backupPairs(input, pair).some((jobs) => becomesRoot(input, jobs)))
    .map((pair): Finding => {
      const { before, after } = pair.service;
      return {
        ...subject(after, pair.after, null),
        code: 'STW823',
        severity: 'warning',
        before: `user ${before.run_as_user ?? 'of the image'}`,
        after: 'root',
        message: `the backup of ${quote(after.service_id)} on ${placementName(pair.after)} runs as root`,
        hint: 'name the user of the workload in `service_security.run_as_user` if that can read the data',
        span: input.spans.security(after),
      };
    });

function becomesRoot(input: ReviewInput, jobs: JobPair): boolean {
  const { before, after } = jobs;
  if (before.place.on !== 'cluster' || after.place.on !== 'cluster' || before.part !== after.part)
    return false;
  const pattern = /^ *runAsUser: ["']?(\d+)["']?$/m;
  const [old, now] = factBeforeAndAfter(input, jobs, 'user', { file: after.object.file, pattern });
  return old !== null && old !== '0' && now === '0';
}
