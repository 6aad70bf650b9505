import type { JobDraft } from '../model/job.js';
import type { Resolved } from './kind.js';
import { KINDS } from './registry.js';

/** Every job there is, without times. */
export function expand(resolved: Resolved): JobDraft[] {
  const drafts: JobDraft[] = [];
  for (const kind of KINDS) drafts.push(...kind.expand(resolved, drafts));
  return drafts;
}
