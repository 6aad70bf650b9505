import type { PlannedVolume, ServicePlan } from '../../../model/plan.js';
import { aroundContext, longestRunAround } from '../../../hosts/around.js';
import { spooledContexts, dumpsOf, savedDump } from '../../../hosts/dumps.js';
import {
  dumpsFolder,
  installedName,
  stateFolder,
  userDumpSizesFolder,
  userLibraryFolder,
  userSpoolFolder,
} from '../../../names/installed.js';
import {
  backupOptions,
  excludesOf,
  sourceGuards,
  takeOverCommand,
} from '../../../rendering/backup-options.js';
import { belowHome, copied, rootOf } from '../../../model/volume.js';
import type { HostJob } from '../../../hosts/host-tree.js';

/** What the template of a job knows about its service. */
export function containerContext(job: HostJob): Record<string, unknown> {
  const { service, placement } = job;
  const volumes = copied(placement.volumes);
  const dumps = dumpsOf(job);
  const around = aroundContext(job, true);
  const state = `.local/state/${stateFolder(job.project, 'backup', service.service_id)}`;
  return {
    service_name: service.service_name,
    options: [
      `--repo=${job.repository.url}`,
      ...backupOptions(job, [...volumes, ...dumps.map(savedDump)], {
        accept: `~/${acceptScript(job.project, service)} SNAPSHOT`,
        takeOver: takeOverCommand(
          `~/${state}`,
          installedName(job.project, 'backup', service.service_id),
          true,
        ),
      }),
    ],
    state,
    exclude: excludesOf(service, volumes),
    timeout: longestRunAround(job, around),
    around,
    retry_lock: `${service.retry_lock ?? 0}m`,
    sources: volumes.map(sourceContext),
    dumps: spooledContexts(service, dumps, {
      ...{ project: job.project, is_user: true },
      to: userSpoolFolder(job.project, service.service_id),
      sizes: userDumpSizesFolder(job.project, service.service_id),
    }),
    spool: dumps.length === 0 ? null : userSpoolFolder(job.project, service.service_id),
    dumps_folder: dumpsFolder(service.service_id),
  };
}

function sourceContext(volume: PlannedVolume): Record<string, unknown> {
  const named = volume.kind === 'podman_volume' ? volume.name : null;
  const atHome = belowHome(volume.location);
  return {
    location: volume.location,
    snapshot_path: volume.snapshot_path,
    emptiness: volume.allow_empty ? 'may-be-empty' : 'not-empty',
    guards: sourceGuards(volume, 'self'),
    volume_name: named,
    // Podman mounts a volume by name, of a part of one only the path; to Quadlet `N.volume` is a unit, not a name.
    mount_name: volume.suffix === '' && named?.endsWith('.volume') === false ? named : null,
    below_home: atHome,
    mountpoint_below_home: atHome === null ? null : rootOf({ location: atHome, suffix: volume.suffix }),
  };
}

/** How the user takes a marked snapshot of a service for complete: SNAPSHOT. Below the home folder. */
export function acceptScript(project: string, { service_id }: ServicePlan): string {
  return `${userLibraryFolder(project)}/accept/${service_id}.sh`;
}
