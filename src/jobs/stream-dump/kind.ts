import { partDrafts } from '../drafts.js';
import type { JobKind } from '../kind.js';

/** A database that goes into restic as it is dumped, in a snapshot of its own: nothing has room for the dump. */
export const streamDump: JobKind = {
  name: 'stream-dump',
  stem: 'dump',
  task: null,
  usual_time: null,
  expand: (resolved) => partDrafts(streamDump, resolved, 'shared'),
};
