import { cronjob } from '../backends/cronjob.js';
import { systemd } from '../backends/systemd.js';
import type { JobDraft } from '../model/job.js';
import type { JobKind, Resolved } from './kind.js';
import { KINDS } from './registry.js';

/** Every job of these kinds that there is, without times. */
export function expand(resolved: Resolved, kinds: readonly JobKind[] = KINDS): JobDraft[] {
  const drafts: JobDraft[] = [];
  for (const kind of kinds)
    drafts.push(...kind.expand(resolved, drafts).map((draft) => runnable(kind, draft)));
  return drafts;
}

/** Back ends that take any kind, and run what kinds say for repositories only: a service's job is its runtime's to render. */
const GENERAL: readonly string[] = [systemd.name, cronjob.name];

/** A job that nothing would render is a bug, and throws: never silently no job, nor one that is taken for a backup. */
function runnable({ task }: JobKind, draft: JobDraft): JobDraft {
  const isLost = draft.service === null ? task === null : task !== null && GENERAL.includes(draft.backend);
  if (isLost) throw new Error(`${draft.backend} does not know what ${draft.id} runs`);
  return draft;
}
