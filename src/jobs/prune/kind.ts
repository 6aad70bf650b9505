import { nearDrafts, repositoryDrafts } from '../drafts.js';
import type { JobKind } from '../kind.js';

/** Of each repository; and an operator's own, which must keep clear of it. */
export const prune: JobKind = {
  name: 'prune',
  stem: 'prune',
  expand(resolved, earlier) {
    const own = repositoryDrafts(prune, resolved, earlier);
    return [...own, ...nearDrafts(prune, resolved, own)];
  },
};
