import { nearDrafts, repositoryDrafts } from '../drafts.js';
import type { JobKind } from '../kind.js';

/** Of each repository; and an operator's own. */
export const check: JobKind = {
  name: 'check',
  stem: 'check',
  expand(resolved, earlier) {
    const own = repositoryDrafts(check, resolved, earlier, ({ repository }) => ({
      facts: { read_data_subsets: String(repository.read_data_subsets ?? 0) },
    }));
    return [...own, ...nearDrafts(check, resolved, own)];
  },
};
