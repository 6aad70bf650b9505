import { systemd, systemdUser } from '../backends/systemd.js';
import type { FolderSource, HostPlace } from '../model/job.js';
import type { Placement, PlannedVolume, PlannedService } from '../model/plan.js';
import { belowHome, copied } from '../model/volume.js';
import { dumpSources, streamParts } from './dump-sources.js';
import { held, type Runtime } from './runtime.js';
import type { Part } from '../jobs/part.js';

/** A place on a host. Where no host is named, the runtimes lie side by side below `hosts/any`. */
export function hostPlace(
  { host, runtime, scope }: Placement,
  manager: HostPlace['manager'] = scope ?? 'system',
): HostPlace {
  const folder = host === null ? `hosts/any/${runtime}` : `hosts/${host}`;
  return { on: 'host', host, manager, folder: manager === 'user' ? `${folder}/user` : folder };
}

/** One backup of folders by systemd, where anything is left to back up, and one of each stream. */
export function folderPart(
  service: PlannedService,
  placement: Placement,
  sources: readonly FolderSource[],
  facts: Part['facts'] = {},
): Part[] {
  const dumps = dumpSources(service, placement);
  const place = hostPlace(placement);
  const streams = streamParts(service, placement, place);
  if (sources.length + dumps.length === 0) return streams;
  return [
    {
      kind: 'backup',
      name: null,
      place,
      backend: place.manager === 'user' ? systemdUser : systemd,
      store: { in: 'repository', name: service.repository },
      sources: [...sources, ...dumps],
      snapshot: { host: placement.snapshot_host, tags: service.tags, forgotten_by: 'forget-job' },
      retention: service.retention,
      facts,
    },
    ...streams,
  ];
}

/**
 * The volumes that are folders of the host; others are no business of it.
 *
 * @param kinds the runtime's own words for what holds volumes
 * @param engine the program that knows its named volumes
 */
export function folders(
  placement: Placement,
  kinds: Runtime['kinds'],
  engine: string | null = null,
): FolderSource[] {
  return copied(placement.volumes).flatMap((volume) => {
    const holding = kinds[volume.kind];
    if (holding === 'folder') return [folder(volume, null)];
    return holding === 'volume' ? [folder(volume, engine)] : [];
  });
}

function folder(volume: PlannedVolume, engine: string | null): FolderSource {
  const { location, name, suffix } = volume;
  const atHome = belowHome(location);
  return {
    at: 'folder',
    ...held(volume),
    path: atHome ?? location,
    base: atHome === null ? 'root' : 'home',
    engine: engine === null || name === null ? null : { name: engine, volume: name, suffix },
  };
}
