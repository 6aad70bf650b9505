import { engineOf } from '../dumps/registry.js';
import { innermost } from '../locate/pairing.js';
import type { Contract } from '../model/contract.js';
import type { PlacedDump, PlannedDump } from '../model/dump.js';
import type { Placement, PlannedVolume } from '../model/plan.js';
import { dumpsFolder } from '../names/installed.js';
import { holdingOf, runtimeOf } from '../runtimes/registry.js';
import { isQuiet } from './quiesce.js';
import type { CannotReach, DumpToPlace, ServiceFacts } from '../runtimes/runtime.js';

/** The dumps of a service, wherever they are made. */
export function planDumps({ service_id, backup }: Contract): PlannedDump[] {
  return backup.dumps.map(({ pointer: _, container: _container, host: _host, port: _port, ...dump }) => ({
    ...dump,
    snapshot_path: `${dumpsFolder(service_id)}/${dump.file}`,
  }));
}

/** How a dump is made in one place, or why no job can make it there. */
export function placeDump(asked: DumpToPlace, service: ServiceFacts): PlacedDump | CannotReach {
  const { placement } = asked;
  const inJob = runtimeOf(placement.runtime).placeDump;
  const obstacle = streamObstacle(asked);
  if (obstacle !== null) return obstacle;
  if (inJob !== undefined) return inJob(asked);
  return placeOnHost(asked, service);
}

function placeOnHost({ placement, dump }: DumpToPlace, service: ServiceFacts): PlacedDump | CannotReach {
  const engine = engineOf(dump.engine);
  const { name } = dump;
  if (engine.reads_files !== null && dump.path !== null) {
    const path = pathOnHost(dump.path, placement.volumes);
    const { asOwner } = runtimeOf(placement.runtime);
    if (path !== null) return { name, enter: asOwner?.(placement) ?? [], on_host: true, path };
  }
  if (dump.password !== null && 'secret' in dump.password) {
    return {
      cannot: 'a host has no Secret that could hold its password',
      hint: 'name a file of the host: `password_from: { file: … }`',
    };
  }
  const way = runtimeOf(placement.runtime).reach?.(service, placement, dump.container) ?? NO_WAY;
  if ('cannot' in way) return way;
  const user =
    way.into === 'machine' && engine.system_user !== null ? (dump.user ?? engine.system_user) : null;
  const asUser = user === null ? [] : ['runuser', '-u', user, '--'];
  return { name, enter: [...way.command, ...asUser], on_host: false, path: dump.path };
}

/** What keeps a dump from going into restic as it comes; null where nothing does. */
function streamObstacle({ placement: { runtime, scope }, dump }: DumpToPlace): CannotReach | null {
  if (dump.transfer !== 'stream') return null;
  const hint = 'take `transfer: stream` out';
  if (runtimeOf(runtime).runs_on === 'cluster') {
    return { cannot: 'there a dump is a file first, in a volume of the pod that makes it', hint };
  }
  return scope === 'user' ? { cannot: 'jobs of a user stream no dumps', hint } : null;
}

const NO_WAY = {
  cannot: 'no job there can run a program of the service',
  hint: 'take the dump out, or deploy the service where one can',
};

/** The dumps that can be made in a place, and its volumes: those that a dump stands for say so. */
export function placeDumps(asked: Omit<DumpToPlace, 'dump'>, service: ServiceFacts): Placement {
  const { contract, placement } = asked;
  const { dumps } = contract.backup;
  if (dumps.length === 0) return placement;
  const placed = dumps.flatMap((dump) => {
    const how = placeDump({ ...asked, dump }, service);
    return 'cannot' in how ? [] : [{ dump, how }];
  });
  if (placed.length === 0) return placement;
  const replaced = new Map(placed.map(({ dump }) => [dump.replaces, dump.name]));
  return {
    ...placement,
    dumps: placed.map(({ dump, how }) =>
      placement.quiesce !== undefined && isQuiet(dump, how.on_host, contract.backup)
        ? { ...how, quiet: true }
        : how,
    ),
    volumes: placement.volumes.map((volume) => {
      const name = volume.backed_up ? replaced.get(volume.volume) : undefined;
      return name === undefined ? volume : { ...volume, dumped_by: name };
    }),
  };
}

/** Where the host has a file that the workload sees at a path; null where it lies in no folder of the host. */
function pathOnHost(path: string, volumes: readonly PlannedVolume[]): string | null {
  const holder = innermost(path, volumes);
  if (holder === null || !['folder', 'volume'].includes(holdingOf(holder.kind))) return null;
  return `${holder.location}${path.slice(holder.path.length)}`;
}
