import { installedName } from '../names/installed.js';
import type { sharedFilesIn } from '../rendering/shared-file.js';
import type { RenderedFile, TargetInput } from '../rendering/file.js';

/** What a timer starts so that a backup (the name of its unit, without the ending) begins when its turn comes. */
export function queueUnit(project: string, job: string): string {
  return `${installedName(project, 'queue')}@${job}.service`;
}

/** The queue of a host, or of the user whose containers run without root. */
export function queueFiles(
  file: ReturnType<typeof sharedFilesIn>,
  { plan }: TargetInput,
  { user }: { readonly user: boolean },
): RenderedFile[] {
  return [
    file(`systemd/${queueUnit(plan.project, '')}`, 'systemd/queue.service.hbs', { user }),
    file('bin/queue.sh', 'host/queue.sh.hbs', { user, parallel: plan.parallel }),
  ];
}
