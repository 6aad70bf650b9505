import { nearDrafts, repositoryDrafts } from '../drafts.js';
import type { JobKind } from '../kind.js';

/** Of each repository; and an operator's own, which must keep clear of it. */
export const prune: JobKind = {
  name: 'prune',
  stem: 'prune',
  task: {
    does: 'Remove unused data from',
    when: 'prune',
    is_watch: false,
    command: { restic: 'prune', options: [['--retry-lock', '2h']] },
    each_service: null,
  },
  usual_time: { schedule: '45 4 * * 0', spread: 90 },
  expand(resolved, earlier) {
    const own = repositoryDrafts(prune, resolved, earlier);
    return [...own, ...nearDrafts(prune, resolved, own)];
  },
};
