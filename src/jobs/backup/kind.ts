import { partDrafts } from '../drafts.js';
import type { JobKind } from '../kind.js';

/** Files of one service in one place. */
export const backup: JobKind = {
  name: 'backup',
  stem: 'backup',
  task: null,
  usual_time: null,
  expand: (resolved) => partDrafts(backup, resolved, 'shared'),
};
