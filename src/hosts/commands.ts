import { unitSubject } from '../backends/systemd.js';
import { installedName, libraryScript, stateFolder } from '../names/installed.js';
import type { ServicePlan } from '../model/plan.js';
import { takeOverCommand, type JobCommands } from '../rendering/backup-options.js';
import type { HostJob } from './host-tree.js';

/** What runs restic backup on a host, and judges its snapshot. */
export function backupCommand(project: string): string {
  return libraryScript(project, 'backup.sh');
}

/** How a person on a host takes a marked snapshot of a service for complete: SNAPSHOT. */
export function acceptScript(project: string, { service_id }: ServicePlan): string {
  return libraryScript(project, `accept/${service_id}.sh`);
}

/** What a person types about a job of a host. */
export function jobCommands(
  { project, service, job }: HostJob,
  kind: 'backup' | 'vzdump' | 'dump',
): JobCommands {
  const subject = unitSubject(job);
  const state = `/var/lib/${stateFolder(project, kind, subject)}`;
  return {
    accept: `${acceptScript(project, service)} SNAPSHOT`,
    takeOver: takeOverCommand(state, installedName(project, kind, subject), false),
  };
}
