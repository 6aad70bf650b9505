import { installedName, userLibraryFolder } from '../../names/installed.js';
import type { Placement, PlannedVolume, ServicePlan } from '../../plan/plan.js';
import { outerFirst, sparedVolumes, sparingOptions } from '../nested-volumes.js';
import type { Pipeline } from '../runbook/guide.js';
import { pathBelowHome } from './container.js';

/**
 * What a runbook prints for a rootless placement: typed by the user that the containers belong to. Paths are relative to
 * the home folder, which only the host knows; each list begins with `cd`.
 */
export interface RootlessRestore {
  readonly list: readonly Pipeline[];
  readonly stop: readonly Pipeline[];
  readonly start: readonly Pipeline[];
  readonly back_up: readonly Pipeline[];
  readonly volumes: readonly RootlessVolumeRestore[];
}

export interface RootlessVolumeRestore {
  readonly volume: string;
  /** Names of the volumes inside this one that the restore does not touch. */
  readonly spared: readonly string[];
  /** First what would change, then the restore; deletes nothing. */
  readonly in_place: readonly Pipeline[];
  /** Shows what the volume has and the snapshot does not. */
  readonly show_extra: readonly Pipeline[];
  /** Deletes what was shown. */
  readonly delete_extra: readonly Pipeline[];
  readonly aside: readonly Pipeline[];
  /** Lists owners as the workload sees them. */
  readonly owners: readonly Pipeline[];
}

const HOME: Pipeline = [['cd']];

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
  const systemctl = (verb: string, unit: string): Pipeline => [
    ['systemctl', '--user', verb, `${unit}.service`],
  ];
  const restore = (volume: PlannedVolume, target: string, ...options: readonly string[]): Pipeline => {
    const path = volume.snapshot_path;
    const script = `${library}/restore-${service.repository}.sh`;
    return [[script, snapshot, path, target, ...filter, '--path', path, ...options]];
  };
  return {
    list: [HOME, [[`${library}/restic-${service.repository}.sh`, 'snapshots', ...filter]]],
    stop: [systemctl('stop', service.service_unit_name)],
    start: [systemctl('start', service.service_unit_name)],
    back_up: [systemctl('start', installedName(project, 'backup', service.service_id))],
    volumes: outerFirst(placement.volumes.filter((volume) => volume.backed_up)).map((volume) => {
      const place = pathBelowHome(volume.location) ?? volume.location;
      const target = volume.kind === 'podman_volume' && volume.suffix === '' ? (volume.name ?? place) : place;
      const aside = `stowage-restore/${project}/${service.service_id}/${volume.volume}`;
      const spared = sparedVolumes(service, volume, placement.volumes);
      const sparing = sparingOptions(service, volume, spared);
      const patterns = [...service.exclude, ...volume.exclude].map((pattern) => `--exclude=${pattern}`);
      return {
        volume: volume.volume,
        spared: spared.map((inner) => inner.volume),
        in_place: [
          HOME,
          restore(volume, target, ...sparing, '--dry-run', '--verbose=2'),
          restore(volume, target, ...sparing, '--verify'),
        ],
        show_extra: [HOME, deleteExtra('--preview', restore(volume, target, ...sparing, ...patterns))],
        delete_extra: [HOME, deleteExtra('--apply', restore(volume, target, ...sparing, ...patterns))],
        aside: [HOME, restore(volume, aside, '--verify')],
        owners: [HOME, [['podman', 'unshare', 'ls', '-lan', place]]],
      };
    }),
  };
}

function deleteExtra(step: string, [[script = '', ...rest] = []]: Pipeline): Pipeline {
  return [[script, 'delete-extra', step, ...rest]];
}
