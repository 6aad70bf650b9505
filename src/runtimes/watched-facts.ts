import type { Job } from '../model/job.js';
import type { WatchedFact } from './runtime.js';

/** Another image of jobs that run in containers. */
export function watchedImage(which: string, files: RegExp, written: RegExp): WatchedFact {
  return {
    code: 'STW824',
    key: 'image',
    valueOf: factOf('image'),
    ...{ files, written },
    message: `${which} run another image, which sees the data and the password of the repository`,
    hint: 'check that it comes from whom you trust, holds restic 0.17.0 or later, and is pinned',
  };
}

/** Another way in which volumes are read. */
export function watchedMethod(
  key: string,
  message: string,
  files: RegExp,
  written: RegExp,
  valueOf: WatchedFact['valueOf'] = factOf(key),
): WatchedFact {
  const hint = 'take a backup and restore it with the new runbook before the old snapshots go';
  return { code: 'STW825', key, valueOf, files, written, message, hint };
}

function factOf(fact: string): WatchedFact['valueOf'] {
  return ({ facts }: Job) => facts[fact] ?? null;
}
