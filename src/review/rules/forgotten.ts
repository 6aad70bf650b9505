import { isForget } from '../../jobs/forget/kind.js';
import type { Job } from '../../model/job.js';
import { jobIndex, serviceIndex } from '../../lookup/job-index.js';
import type { BackupPlan } from '../../model/plan.js';
import { quote, type Finding } from '../finding.js';
import type { Rule } from '../review.js';

/**
 * Services whose snapshots a repository's forget job no longer looks after, although the repository goes on: an operator
 * backs them up now, their volumes are waived, they went to another repository. What is there stays until somebody
 * removes it. Only a note where nothing was backed up before either.
 */
export const nobodyForgets: Rule = ({ before, after, spans }) =>
  after.plan.repositories.flatMap(({ name, url }): Finding[] => {
    if (jobIndex(after.plan).ofRepository(name).length === 0) return [];
    const kept = covered(after.plan, name);
    return [...covered(before.plan, name)].flatMap((id): Finding[] => {
      const service = serviceIndex(after.plan).get(id);
      // A service that is gone is another rule's.
      if (kept.has(id) || service === undefined) return [];
      const wasSaved = jobIndex(before.plan).ofService(id).some(isOurs);
      return [
        {
          ...{ service: id, volume: null, runtime: null, host: null },
          code: 'STW833',
          severity: wasSaved ? 'warning' : 'info',
          before: `forgotten by the job of ${name}`,
          after: null,
          message: `no job forgets the snapshots of ${quote(id)} in repository ${quote(name)} any more`,
          hint: `they stay until somebody removes them: \`restic -r ${url} forget --tag service:${id} --keep-last 1\` leaves the newest`,
          span: spans.service(service),
        },
      ];
    });
  });

function covered(plan: BackupPlan, repository: string): Set<string> {
  return new Set(
    jobIndex(plan)
      .ofRepository(repository)
      .filter(isForget)
      .flatMap(({ covers }) => covers),
  );
}

function isOurs({ snapshot }: Job): boolean {
  return snapshot?.forgotten_by === 'forget-job';
}
