import { userLibraryFolder } from '../../../names/installed.js';
import type { Placement, PlannedVolume, ServicePlan } from '../../../model/plan.js';
import { backedUp, belowHome, copied } from '../../../model/volume.js';
import { outerFirst, sparedVolumes, sparingOptions } from '../../../rendering/nested-volumes.js';
import type { Command } from '../../../model/guide.js';

/**
 * What a runbook prints for a rootless placement: typed by the user that the containers belong to. Paths are relative to
 * the home folder, which only the host knows: type `cd` first.
 */
export interface RootlessRestore {
  readonly restic: Command;
  /** Fails as long as anybody uses what is restored. */
  readonly check: Command;
  readonly volumes: readonly RootlessVolumeRestore[];
}

export interface RootlessVolumeRestore {
  readonly volume: PlannedVolume;
  /** Names of the volumes inside this one that the restore does not touch. */
  readonly spared: readonly string[];
  /** Without what it should do besides: `--verify`. */
  readonly in_place: Command;
  readonly aside: Command;
  /** Lists owners as the workload sees them. */
  readonly owners: Command;
}

/** Null for a placement that is not rootless. `snapshot`: an id, or `latest`. */
export function rootlessRestore(
  project: string,
  service: ServicePlan,
  placement: Placement,
  snapshot = 'latest',
): RootlessRestore | null {
  if (placement.scope !== 'user') return null;
  const library = userLibraryFolder(project);
  const filter = ['--host', placement.snapshot_host, '--tag', service.tags.join(',')];
  const restore = (volume: PlannedVolume, target: string, ...options: readonly string[]): Command => {
    const path = volume.snapshot_path;
    const script = `${library}/restore-${service.repository}.sh`;
    return [script, snapshot, path, target, ...filter, '--path', path, ...options];
  };
  const volumes = outerFirst(copied(placement.volumes));
  return {
    restic: [`${library}/restic-${service.repository}.sh`],
    check: [
      `${library}/check-unused.sh`,
      ...new Set(outerFirst(backedUp(placement.volumes)).map(mountedRoot)),
    ],
    volumes: volumes.map((volume) => {
      const place = belowHome(volume.location) ?? volume.location;
      const target = volume.suffix === '' ? mountedRoot(volume) : place;
      const aside = `stowage-restore/${project}/${service.service_id}/${volume.volume}`;
      const spared = sparedVolumes(service, volume, placement.volumes);
      return {
        volume,
        spared: spared.map((inner) => inner.volume),
        in_place: restore(volume, target, ...sparingOptions(service, volume, spared)),
        aside: restore(volume, aside, '--verify'),
        owners: ['podman', 'unshare', 'ls', '-lan', place],
      };
    }),
  };
}

/** What the workload has mounted: the name of Podman's volume, else a path. */
function mountedRoot({ kind, name, location }: PlannedVolume): string {
  return kind === 'podman_volume' && name !== null ? name : (belowHome(location) ?? location);
}
