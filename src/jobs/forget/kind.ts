import { groupBy } from '../../lookup/group.js';
import { repositoryDrafts } from '../drafts.js';
import type { JobKind } from '../kind.js';

/** One job per repository, with a script per service that has snapshots there which nobody else forgets. */
export const forget: JobKind = {
  name: 'forget',
  stem: 'forget',
  expand(resolved, earlier) {
    const ours = earlier.filter(({ snapshot }) => snapshot?.forgotten_by === 'forget-job');
    const byRepository = groupBy(ours, ({ store }) => (store?.in === 'repository' ? store.name : null));
    return repositoryDrafts(forget, resolved, earlier, ({ repository }) => {
      const jobs = byRepository.get(repository.name) ?? [];
      const covers = [...new Set(jobs.flatMap(({ service }) => service ?? []))].sort();
      return covers.length === 0 ? null : { covers };
    });
  },
};
