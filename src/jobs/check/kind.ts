import type { Job } from '../../model/job.js';
import { nearDrafts, repositoryDrafts } from '../drafts.js';
import type { JobKind } from '../kind.js';

/** Of each repository; and an operator's own. */
export const check: JobKind = {
  name: 'check',
  stem: 'check',
  task: {
    does: 'Check',
    when: 'check',
    is_watch: false,
    command: { script: 'check-repository', args: ({ facts }) => [facts.read_data_subsets ?? '0'] },
    each_service: null,
  },
  usual_time: { schedule: '45 5 * * 0', spread: 90 },
  expand(resolved, earlier) {
    const own = repositoryDrafts(check, resolved, earlier, ({ repository }) => ({
      facts: { read_data_subsets: String(repository.read_data_subsets ?? 0) },
    }));
    return [...own, ...nearDrafts(check, resolved, own)];
  },
};

export function isCheck({ kind }: Pick<Job, 'kind'>): boolean {
  return kind === check.name;
}
