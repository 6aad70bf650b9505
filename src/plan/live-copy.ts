import { isSameDatabase } from '../dumps/registry.js';
import { declaredVolumes, joinPath } from '../locate/location.js';
import { isAtOrBelow, pairVolume } from '../locate/pairing.js';
import { findByPath, findByWord, findInFolder, inFile, type Found } from '../live-data/find.js';
import type {
  BackupBlock,
  ContainerHint,
  Contract,
  PersistentVolume,
  ServiceVolume,
} from '../model/contract.js';
import type { Dump } from '../model/dump.js';
import type { Quiesce } from '../model/quiesce.js';
import type { Placement, PlannedVolume } from '../model/plan.js';
import type { Policy } from '../model/policy.js';
import { runtimeOf } from '../runtimes/registry.js';

/** A database in a volume, and the Compose service that runs it; null where there is only one, or nobody knows. */
export interface LiveVolume extends Found {
  readonly container: string | null;
}

/** The placement with what it says of volumes whose database writes while their files are read. */
export function withLiveCopies(
  policy: Pick<Policy, 'runtimes'>,
  contract: Contract,
  placement: Placement,
): Placement {
  const atOnce = runtimeOf(placement.runtime).copies_at_once;
  const made = new Set(placement.dumps?.map(({ name }) => name));
  const dumps = contract.backup.dumps.filter(({ name }) => made.has(name));
  const volumes = placement.volumes.map((planned): PlannedVolume => {
    const volume = contract.persistent_volumes.find(({ name }) => name === planned.volume);
    if (volume === undefined || !planned.backed_up || atOnce?.(policy, planned.kind) === true) return planned;
    const found = liveData(contract, volume);
    const quiesce = placement.quiesce === undefined ? null : contract.backup.quiesce;
    if (found === null || handledBy(volume, found, { dumps, quiesce }) !== null) return planned;
    const accepted = contract.backup.volumes.get(volume.name)?.live_copy ?? null;
    return { ...planned, live_copy: { database: found.database.name, accepted } };
  });
  return { ...placement, volumes };
}

/**
 * Why a database's files are no live copy although they are read one after the other; null where nothing is done about it.
 *
 * @param asked what counts: what is done in the place, or all that somebody asks for
 */
export function handledBy(
  volume: PersistentVolume,
  found: LiveVolume,
  { dumps, quiesce }: Pick<BackupBlock, 'dumps' | 'quiesce'>,
): string | null {
  const dump = dumps.find((each) => isOf(each, volume, found));
  if (dump !== undefined) return `the dump \`${dump.name}\``;
  return quiesce !== null && standsStill(quiesce, found) ? '`quiesce`' : null;
}

/** Whether what runs the database stands still: all does, or it is named, or nobody knows what is named. */
function standsStill({ mode, services }: Quiesce, { container }: LiveVolume): boolean {
  return mode === 'commands' || services.length === 0 || container === null || services.includes(container);
}

/** Whether a dump holds the database of a volume: it says so, its file lies there, or it is of the one of that kind. */
function isOf(dump: Dump, volume: PersistentVolume, { database, container }: LiveVolume): boolean {
  if (dump.replaces !== null) return dump.replaces === volume.name;
  if (dump.path !== null) return isAtOrBelow(dump.path, volume.path);
  const isThere = dump.container === null || container === null || dump.container === container;
  return isThere && database.engine !== null && isSameDatabase(dump.engine, database.engine);
}

/** The database that a volume is known to hold. */
export function liveData(contract: Contract, volume: PersistentVolume): LiveVolume | null {
  const told = fromStorage(contract, volume);
  if (told !== null) return { ...told, container: null };
  const { containers, environment: shared } = contract.databases;
  const images = containers.flatMap(({ image }) => image ?? []);
  const seen = containers.flatMap((container) =>
    foldersOf(contract, volume, container).map((folder) => ({ container, folder })),
  );
  if (seen.length === 0) {
    const found = findByPath(volume.path);
    return found === null ? null : { ...found, container: null };
  }
  for (const { container, folder } of seen) {
    const found = findInFolder({
      ...{ container, folder, images },
      mounts: mountedInto(contract, container).map(({ target }) => target),
      environment: new Map([...shared, ...container.environment]),
    });
    if (found !== null) return { ...found, container: containers.length > 1 ? container.name : null };
  }
  return null;
}

/** What the contract says itself. */
function fromStorage({ databases }: Contract, { name, path }: PersistentVolume): Found | null {
  const hint = databases.storage.get(name) ?? databases.storage.get(path);
  if (hint === undefined) return null;
  if (hint.file?.startsWith(`${path}/`) === true) return inFile(hint.file);
  return hint.word === null ? null : findByWord(hint.word);
}

function mountedInto(contract: Contract, { number }: ContainerHint): readonly ServiceVolume[] {
  if (number === null) return contract.service_volumes;
  return contract.compose_volumes.filter(({ pointer }) => pointer[1] === number);
}

/** Where a container sees a volume; nowhere where only others mount it. */
function foldersOf(contract: Contract, volume: PersistentVolume, container: ContainerHint): string[] {
  const { partner, suffix } = pairVolume(volume, declaredVolumes(contract));
  if (partner === null) return contract.databases.containers.length === 1 ? [volume.path] : [];
  return mountedInto(contract, container)
    .filter((mount) => isSame(mount, partner))
    .map(({ target }) => joinPath(target, suffix));
}

/** Whether two mounts are of one folder or of one volume. */
function isSame(one: ServiceVolume, other: ServiceVolume): boolean {
  if (one.host_path !== null || other.host_path !== null) return one.host_path === other.host_path;
  return (one.source ?? one.name) === (other.source ?? other.name);
}
