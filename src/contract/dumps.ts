import { ENGINES, engineOf } from '../dumps/registry.js';
import type { DumpKey, Engine } from '../dumps/engine.js';
import type { Dump } from '../model/dump.js';
import type { PersistentVolume } from '../model/contract.js';
import { asInteger, asMapping, asText, asTexts, scalarText } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { checkName, CONTAINER_NAME, KUBERNETES_NAME, SECRET_KEY, VOLUME_NAME } from '../source/name-rules.js';
import { suggestionHint } from '../source/suggest.js';
import type { Mapping } from '../source/yaml-values.js';
import { isAtOrBelow } from '../locate/pairing.js';
import { checkArguments } from './commands.js';
import { readMinutes } from './settings.js';
import { readPath } from './volumes.js';

/** Keys that every engine needs; of the others it may use those that it knows. */
const NEEDED: Readonly<Record<string, readonly (keyof typeof HINTS)[]>> = {
  sqlite: ['path'],
  command: ['command', 'file'],
};

const OWN_KEYS: readonly DumpKey[] = [
  'databases',
  'user',
  'password_from',
  'path',
  'command',
  'restore_command',
  'file',
];

const USUAL = { min_size: 1024, timeout: 30 };
const LONGEST = 31 * 1440;

/** The volume that nobody may have beside dumps: their folder in snapshots. */
const FOLDER = 'dumps';

/** Reads `backup.dumps`; types are the schema's business. */
export function readDumps(
  findings: Findings,
  block: Mapping,
  volumes: readonly PersistentVolume[],
): readonly Dump[] {
  const given = Object.entries(asMapping(block.dumps));
  const dumps = given.flatMap(([name, value]) => readDump(findings, name, asMapping(value), volumes) ?? []);
  reportTwins(findings, dumps);
  const clash = volumes.find((volume) => volume.name === FOLDER);
  if (given.length > 0 && clash !== undefined) {
    const message = 'a volume is called `dumps`, as the folder in which snapshots have the dumps';
    findings.error('STW123', ['backup', 'dumps'], message, {
      part: 'key',
      hint: 'rename that volume in `mounts.persistent_volumes`',
    });
  }
  return dumps;
}

function readDump(
  findings: Findings,
  name: string,
  given: Mapping,
  volumes: readonly PersistentVolume[],
): Dump | null {
  const pointer: Pointer = ['backup', 'dumps', name];
  const word = asText(given.engine) ?? '';
  if (!checkName(findings, pointer, name, VOLUME_NAME) || !ENGINES.includes(word)) return null;
  const engine = engineOf(word);
  const isComplete = checkKeys(findings, engine, given, pointer);
  const path = readPath(findings, given.path, [...pointer, 'path']);
  if (path !== null) checkPath(findings, path, [...pointer, 'path'], volumes);
  const [command, restore] = (['command', 'restore_command'] as const).map((key) => {
    checkArguments(findings, given[key], [...pointer, key]);
    return asTexts(given[key]);
  });
  const transfer = readTransfer(findings, engine, given, pointer);
  const file = asText(given.file) ?? `${name}${engine.ending}`;
  const isNamed = checkName(findings, [...pointer, 'file'], file, VOLUME_NAME);
  if (!isComplete || !isNamed) return null;
  return {
    ...{ name, engine: engine.name, file, path, pointer },
    databases: asTexts(given.databases),
    container: readContainer(findings, given, pointer),
    host: readHost(findings, given, pointer),
    port: asInteger(given.port),
    user: asText(given.user),
    password: readPassword(findings, given, pointer),
    ...(transfer === null ? {} : { transfer }),
    replaces: readReplaced(findings, given, pointer, volumes),
    min_size: byteSize(scalarText(given.min_size)) ?? USUAL.min_size,
    timeout:
      readMinutes(findings, given.timeout, [...pointer, 'timeout'], { min: 1, max: LONGEST }) ??
      USUAL.timeout,
    command: command ?? [],
    restore_command: restore ?? [],
  };
}

/** A stream is one file, and a dump of some engines is several. */
function readTransfer(
  findings: Findings,
  { name, shape, title }: Engine,
  given: Mapping,
  pointer: Pointer,
): 'stream' | null {
  if (given.transfer !== 'stream') return null;
  if (shape === 'file') return 'stream';
  const message = `a dump of ${title} has a file for each database, and a stream is one file`;
  findings.error('STW125', [...pointer, 'transfer'], message, {
    hint: `take \`transfer\` out; or write \`engine: command\`, and what dumps one database to its output: ${ALONE[name] ?? name}`,
  });
  return null;
}

/** What writes one database to its standard output. */
const ALONE: Readonly<Record<string, string>> = {
  postgresql: '`command: [pg_dump, --format=custom, DATABASE]`, `file: DATABASE.dump`',
  mariadb: '`command: [mariadb-dump, --single-transaction, DATABASE]`, `file: DATABASE.sql`',
  mysql: '`command: [mysqldump, --single-transaction, DATABASE]`, `file: DATABASE.sql`',
};

/** What the engine needs and has not, and what it does not know. */
function checkKeys(findings: Findings, engine: Engine, given: Mapping, pointer: Pointer): boolean {
  const missing = (NEEDED[engine.name] ?? []).filter((key) => given[key] === undefined);
  for (const key of missing) {
    findings.error('STW120', pointer, `a dump by \`${engine.name}\` needs \`${key}\``, {
      part: 'key',
      hint: HINTS[key],
    });
  }
  for (const key of OWN_KEYS) {
    if (given[key] === undefined || engine.keys.includes(key)) continue;
    findings.error('STW121', [...pointer, key], `\`${engine.name}\` has no use for \`${key}\``, {
      part: 'key',
      hint: 'take it out',
    });
  }
  return missing.length === 0;
}

const HINTS = {
  path: 'add the path at which the workload sees the database, such as `path: /data/db.sqlite3`',
  command: 'add the program that writes the dump to its standard output, with its arguments',
  file: 'add the name that the dump has in snapshots, such as `file: app.zip`',
} as const;

/** The file of a database lies in something that outlives the container. */
function checkPath(
  findings: Findings,
  path: string,
  pointer: Pointer,
  volumes: readonly PersistentVolume[],
): void {
  if (volumes.some((volume) => path !== volume.path && isAtOrBelow(path, volume.path))) return;
  const known = volumes.map((volume) => `\`${volume.path}\``).join(', ');
  findings.error('STW124', pointer, `\`${path}\` lies in no persistent volume of this service`, {
    hint:
      known === ''
        ? 'list the volume that holds it under `mounts.persistent_volumes`'
        : `write it as the workload sees it, below ${known}`,
  });
}

function readContainer(findings: Findings, given: Mapping, pointer: Pointer): string | null {
  const text = asText(given.container);
  if (text === null) return null;
  return checkName(findings, [...pointer, 'container'], text, CONTAINER_NAME) ? text : null;
}

function readHost(findings: Findings, given: Mapping, pointer: Pointer): string | null {
  const text = asText(given.host);
  if (text === null) return null;
  return checkName(findings, [...pointer, 'host'], text, KUBERNETES_NAME) ? text : null;
}

function readPassword(findings: Findings, given: Mapping, pointer: Pointer): Dump['password'] {
  const from = asMapping(given.password_from);
  const at = [...pointer, 'password_from'];
  const [file, secret, key] = [
    readPath(findings, from.file, [...at, 'file']),
    asText(from.secret),
    asText(from.key),
  ];
  if (file !== null) return { file };
  if (secret === null || key === null) return null;
  const isNamed = checkName(findings, [...at, 'secret'], secret, KUBERNETES_NAME);
  return checkName(findings, [...at, 'key'], key, SECRET_KEY) && isNamed ? { secret, key } : null;
}

function readReplaced(
  findings: Findings,
  given: Mapping,
  pointer: Pointer,
  volumes: readonly PersistentVolume[],
): string | null {
  const text = asText(given.replaces);
  if (text === null || volumes.some(({ name }) => name === text)) return text;
  const names = volumes.map(({ name }) => name);
  findings.error('STW122', [...pointer, 'replaces'], `\`${text}\` is no persistent volume of this service`, {
    hint: suggestionHint(text, names) ?? 'name one of `mounts.persistent_volumes`',
  });
  return null;
}

/** Two dumps may not write one file, nor stand for one volume. */
function reportTwins(findings: Findings, dumps: readonly Dump[]): void {
  const files = new Map<string, Dump>();
  const replaced = new Map<string, Dump>();
  for (const dump of dumps) {
    const sameFile = files.get(dump.file);
    if (sameFile !== undefined) {
      const message = `\`${dump.name}\` and \`${sameFile.name}\` would write one file, \`${dump.file}\``;
      findings.error('STW123', dump.pointer, message, { part: 'key', hint: 'rename one of them' });
    }
    files.set(dump.file, dump);
    if (dump.replaces === null) continue;
    const before = replaced.get(dump.replaces);
    if (before !== undefined) {
      const message = `\`${dump.replaces}\` is replaced by \`${before.name}\` already`;
      const hint = 'let one of them replace it; a volume is left out as soon as one does';
      findings.error('STW122', [...dump.pointer, 'replaces'], message, { hint });
    }
    replaced.set(dump.replaces, dump);
  }
}

const UNITS = ['', 'K', 'M', 'G', 'T'];

/** `1KiB`, `20MiB` or a number of bytes, as the schema has let it through; null where nothing is given. */
function byteSize(text: string | null): number | null {
  const match = /^([0-9]+)(?:([KMGT])iB|B)?$/.exec(text ?? '');
  if (match === null) return null;
  return Number(match[1]) * 1024 ** UNITS.indexOf(match[2] ?? '');
}
