import { backup } from './backup/kind.js';
import { check } from './check/kind.js';
import { forget } from './forget/kind.js';
import { guestDump } from './guest-dump/kind.js';
import type { JobKind } from './kind.js';
import { locks } from './locks/kind.js';
import { prune } from './prune/kind.js';

/** The only list of kinds, in the order in which they expand: each sees the jobs of those before it. */
export const KINDS: readonly JobKind[] = [backup, guestDump, forget, prune, check, locks];
