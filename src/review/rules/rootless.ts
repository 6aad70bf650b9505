import type { Job } from '../../model/job.js';
import { placementName } from '../../targets/protection.js';
import { quote, type Finding } from '../finding.js';
import { backupPairs, type JobPair, type PlacementPair } from '../match.js';
import type { ReviewInput, Rule } from '../review.js';
import { subject } from './coverage.js';
import { factBeforeAndAfter } from './written-fact.js';

/** Rootless jobs of another user: volumes of engines and the files with secrets lie in that user's home. */
export const rootlessUser: Rule = (input) =>
  input.matched.services
    .flatMap(({ placements }) => placements)
    .flatMap((pair) => backupPairs(input, pair).flatMap((jobs) => movedToUser(input, pair, jobs)));

function movedToUser(input: ReviewInput, pair: PlacementPair, jobs: JobPair): Finding[] {
  if (!isRootless(jobs.before) || !isRootless(jobs.after)) return [];
  const installer = { file: `${jobs.after.place.folder}/install.sh`, pattern: /^user=([^'\s]+)$/m };
  const [before, after] = factBeforeAndAfter(input, jobs, 'user', installer);
  if (before === null || after === null || before === after) return [];
  const { service } = pair;
  return [
    {
      ...subject(service.after, pair.after, null),
      code: 'STW842',
      severity: 'warning',
      before: `user ${before}`,
      after: `user ${after}`,
      message: `the rootless backup of ${quote(service.id)} on ${placementName(pair.after)} reads the volumes of another user; those of ${quote(before)} are no longer backed up`,
      hint: `move the workload, its volumes and the files with secrets to \`${after}\` first, and remove the jobs of \`${before}\`: they would go on in the same history`,
      span: input.spans.policy(['runtimes', 'podman', 'user']),
    },
  ];
}

function isRootless({ place }: Job): boolean {
  return place.on === 'host' && place.manager === 'user';
}
