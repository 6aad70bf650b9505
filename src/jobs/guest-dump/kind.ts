import { partDrafts } from '../drafts.js';
import type { JobKind } from '../kind.js';

/** The disks of a guest, as one stream. */
export const guestDump: JobKind = {
  name: 'guest-dump',
  stem: 'vzdump',
  task: null,
  usual_time: null,
  expand: (resolved) => partDrafts(guestDump, resolved, 'shared'),
};
