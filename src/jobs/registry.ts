import type { Job } from '../model/job.js';
import type { MaintenanceTime } from '../model/policy.js';
import { backup } from './backup/kind.js';
import { check } from './check/kind.js';
import { forget } from './forget/kind.js';
import { guestDump } from './guest-dump/kind.js';
import type { JobKind } from './kind.js';
import { locks } from './locks/kind.js';
import { prune } from './prune/kind.js';
import { streamDump } from './stream-dump/kind.js';

/** The only list of kinds, in the order in which they expand: each sees the jobs of those before it. */
export const KINDS: readonly JobKind[] = [backup, guestDump, streamDump, forget, prune, check, locks];

const BY_NAME: ReadonlyMap<string, JobKind> = new Map(KINDS.map((kind) => [kind.name, kind]));

/** What a job's kind runs; an unknown kind is a bug, and throws. */
export function kindOf({ kind }: Pick<Job, 'kind'>): JobKind {
  const known = BY_NAME.get(kind);
  if (known === undefined) throw new Error(`no kind of job is called ${kind}`);
  return known;
}

/** Kinds whose time a repository's entry in the policy may say. */
export const TIMED_KINDS: readonly (JobKind & { readonly usual_time: MaintenanceTime })[] = KINDS.flatMap(
  (kind) => (kind.usual_time === null ? [] : [{ ...kind, usual_time: kind.usual_time }]),
);
