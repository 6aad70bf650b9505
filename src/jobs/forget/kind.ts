import type { Job } from '../../model/job.js';
import { groupBy } from '../../lookup/group.js';
import { repositoryDrafts } from '../drafts.js';
import type { JobKind } from '../kind.js';
import { retentionContext } from './retention-context.js';

/** One job per repository, with a script per service that has snapshots there which nobody else forgets. */
export const forget: JobKind = {
  name: 'forget',
  stem: 'forget',
  task: {
    does: 'Forget old snapshots in',
    when: 'forget',
    is_watch: false,
    command: { script: 'forget', args: () => [] },
    each_service: { template: 'host/forget-service.sh.hbs', context: retentionContext },
  },
  usual_time: { schedule: '15 4 * * *', spread: 90 },
  expand(resolved, earlier) {
    const ours = earlier.filter(({ snapshot }) => snapshot?.forgotten_by === 'forget-job');
    const byRepository = groupBy(ours, ({ store }) => (store?.in === 'repository' ? store.name : null));
    return repositoryDrafts(forget, resolved, earlier, ({ repository }) => {
      const jobs = byRepository.get(repository.name) ?? [];
      const covers = jobs.flatMap(({ service }) => service ?? []);
      return covers.length === 0 ? null : { covers };
    });
  },
};

export function isForget({ kind }: Pick<Job, 'kind'>): boolean {
  return kind === forget.name;
}
