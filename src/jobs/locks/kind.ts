import { repositoryDrafts } from '../drafts.js';
import type { JobKind } from '../kind.js';

/** When to look for dead locks: one is gone within the hour. */
const OFTEN = {
  at: 'window',
  expression: '7,22,37,52 * * * *',
  timezone: 'UTC',
  spread: 0,
  weight: 1,
} as const;

/** Removes locks of processes that are gone. It holds none itself, so no other job needs to keep out of its way. */
export const locks: JobKind = {
  name: 'locks',
  stem: 'locks',
  task: {
    does: 'Remove dead locks from',
    when: 'look for dead locks in',
    is_watch: true,
    command: { script: 'remove-dead-locks', args: () => [] },
    each_service: null,
  },
  usual_time: null,
  expand: (resolved, earlier) =>
    repositoryDrafts(locks, resolved, earlier, () => ({ locks: [], wish: OFTEN })),
};
