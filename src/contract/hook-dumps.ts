import { isSameDatabase } from '../dumps/registry.js';
import { LIVE_DATA } from '../live-data/registry.js';
import { isImageOf } from '../live-data/image.js';
import { isAtOrBelow } from '../locate/pairing.js';
import type { PersistentVolume } from '../model/contract.js';
import { asList, asMapping, asText, nonEmpty } from '../source/access.js';
import type { Mapping } from '../source/yaml-values.js';
import { PATH_IN_COMMAND, textsIn } from './database-hints.js';

/** Programs that dump a database, and the engine of `backup.dumps` that does the same. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bsqlite3\s/, 'sqlite'],
  [/\bpg_dump(?:all)?\b/, 'postgresql'],
  [/\bmariadb-dump\b/, 'mariadb'],
  [/\bmysqldump\b/, 'mysql'],
  [/\bmongodump\b/, 'mongodb'],
  [/\b(?:redis|valkey)-cli\b.*(?:\bsave\b|\bbgsave\b|--rdb\b)/i, 'redis'],
  [/\binflux\s+backup\b/, 'influxdb'],
];

/** It asks a server that is none of the service's: another one than this machine, or what an expression says. */
const ELSEWHERE = /(?:\s-h\s*|\s--host[=\s]\s*)(?!localhost\b|127\.|\/|-)\S/;

interface Wanted {
  readonly engine: string;
  /** The file of SQLite; null for a server. */
  readonly path: string | null;
  readonly container: string | null;
}

/**
 * What to do instead of hooks that dump one database; null where what they do is not as plain as that.
 *
 * @param volume the one that they stand at
 */
export function dumpInsteadOf(
  hooks: unknown,
  contract: Mapping,
  volume: PersistentVolume,
  volumes: readonly PersistentVolume[],
): string | null {
  const wanted = wantedBy(textsIn(hooks).join('\n'), contract, volumes);
  if (wanted === null) return null;
  const dumps = Object.entries(asMapping(asMapping(contract.backup).dumps));
  const there = dumps.find(([, dump]) => isDone(asMapping(dump), wanted));
  if (there !== undefined)
    return `the dump \`${there[0]}\` in \`backup.dumps\` does that: take the hooks out`;
  const { engine, path, container } = wanted;
  const keys = [
    `engine: ${engine}`,
    ...(container === null ? [] : [`container: ${container}`]),
    ...(path === null ? [] : [`path: ${path}`]),
  ];
  const name = dumps.some(([known]) => known === volume.name) ? engine : volume.name;
  return `have the backup dump it: \`backup.dumps.${name}: { ${keys.join(', ')} }\`; then take the hooks out`;
}

function wantedBy(commands: string, contract: Mapping, volumes: readonly PersistentVolume[]): Wanted | null {
  const engines = PROGRAMS.filter(([program]) => program.test(commands)).map(([, engine]) => engine);
  const [engine] = engines;
  if (engine === undefined || engines.length > 1 || ELSEWHERE.test(commands)) return null;
  if (engine !== 'sqlite') return ofServer(engine, contract);
  const [, path = ''] = PATH_IN_COMMAND.exec(commands) ?? [];
  const isHeld = volumes.some((volume) => path !== volume.path && isAtOrBelow(path, volume.path));
  return isHeld ? { engine, path, container: null } : null;
}

/** The server is the only container whose image is one, where the service has several. */
function ofServer(engine: string, contract: Mapping): Wanted | null {
  const services = asList(contract.services).map(asMapping);
  if (services.length < 2) return { engine, path: null, container: null };
  const servers = services.flatMap(({ name, image }) => {
    const runs = LIVE_DATA.find(({ images }) => isImageOf(asText(image) ?? '', images))?.engine ?? null;
    const container = nonEmpty(asText(name));
    return runs === null || container === null || !isSameDatabase(runs, engine)
      ? []
      : [{ engine: runs, path: null, container }];
  });
  const [only] = servers;
  return only === undefined || servers.length > 1 ? null : only;
}

function isDone(dump: Mapping, { engine, path, container }: Wanted): boolean {
  if (!isSameDatabase(asText(dump.engine) ?? '', engine)) return false;
  return path === null ? (asText(dump.container) ?? container) === container : asText(dump.path) === path;
}
