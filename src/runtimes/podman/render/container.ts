import type { PlannedVolume, ServicePlan } from '../../../model/plan.js';
import { dumpContexts, dumpsHere, savedDump } from '../../../hosts/dumps.js';
import {
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
import { longestRun } from '../../../rendering/longest-run.js';
import { copied, rootOf } from '../../../model/volume.js';
import type { HostJob } from '../../../hosts/host-tree.js';

const HOME = '$HOME/';

/** What the template of a job knows about its service. */
export function containerContext(job: HostJob): Record<string, unknown> {
  const { service, placement } = job;
  const volumes = copied(placement.volumes);
  const dumps = dumpsHere(service, placement);
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
    timeout: longestRun(service),
    sources: volumes.map(sourceContext),
    dumps: dumpContexts(service, dumps),
    spool: dumps.length === 0 ? null : userSpoolFolder(job.project, service.service_id),
    dump_sizes: userDumpSizesFolder(job.project, service.service_id),
    dumps_folder: `/backup/${service.service_id}/dumps`,
  };
}

function sourceContext(volume: PlannedVolume): Record<string, unknown> {
  const named = volume.kind === 'podman_volume' ? volume.name : null;
  const belowHome = pathBelowHome(volume.location);
  return {
    location: volume.location,
    snapshot_path: volume.snapshot_path,
    emptiness: volume.allow_empty ? 'may-be-empty' : 'not-empty',
    guards: sourceGuards(volume, 'self'),
    volume_name: named,
    // Podman mounts a volume by name, of a part of one only the path; to Quadlet `N.volume` is a unit, not a name.
    mount_name: volume.suffix === '' && named?.endsWith('.volume') === false ? named : null,
    below_home: belowHome,
    mountpoint_below_home: belowHome === null ? null : rootOf({ location: belowHome, suffix: volume.suffix }),
  };
}

/** The path below the user's home, which only the host knows; null for a path elsewhere. */
export function pathBelowHome(location: string): string | null {
  return location.startsWith(HOME) ? location.slice(HOME.length) : null;
}

/** How the user takes a marked snapshot of a service for complete: SNAPSHOT. Below the home folder. */
export function acceptScript(project: string, { service_id }: ServicePlan): string {
  return `${userLibraryFolder(project)}/accept/${service_id}.sh`;
}
