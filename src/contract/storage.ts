import { asList, asMapping, asText } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { isMapping, type Mapping } from '../source/yaml-values.js';
import type { PersistentVolume } from '../model/contract.js';
import { dumpInsteadOf } from './hook-dumps.js';
import { isAtOrBelow } from '../locate/pairing.js';

/**
 * What live contracts say about backups outside of `backup`: `storage[].backup.excludes` are taken over into the volumes,
 * any other key there is read by nobody, and whoever wrote it is told so.
 */
export function withStorage(
  findings: Findings,
  contract: Mapping,
  volumes: readonly PersistentVolume[],
): PersistentVolume[] {
  warnElsewhere(findings, contract);
  const found = asList(contract.storage).flatMap((item, index) => {
    const backup = asMapping(item).backup;
    if (!isMapping(backup)) return [];
    return readStorage({ findings, contract, volumes }, asMapping(item), backup, [
      'storage',
      index,
      'backup',
    ]);
  });
  return volumes.map((volume) => {
    const excludes = found
      .filter(({ of }) => of === volume)
      .map(({ pattern, pointer }) => ({ pattern, pointer }));
    return excludes.length === 0 ? volume : { ...volume, excludes };
  });
}

interface Found {
  readonly of: PersistentVolume;
  readonly pattern: string;
  readonly pointer: Pointer;
}

interface Reading {
  readonly findings: Findings;
  readonly contract: Mapping;
  readonly volumes: readonly PersistentVolume[];
}

function readStorage(
  { findings, contract, volumes }: Reading,
  item: Mapping,
  backup: Mapping,
  pointer: Pointer,
): Found[] {
  const [name, path] = [asText(item.name), asText(item.path)];
  const volume =
    volumes.find((candidate) => candidate.name === name) ??
    volumes.find((candidate) => candidate.path === path?.replace(/\/+$/, ''));
  if (volume === undefined) {
    unread(findings, pointer, 'name its volume as `mounts.persistent_volumes` does, or take it out');
    return [];
  }
  return Object.entries(backup).flatMap(([key, value]) => {
    const at = [...pointer, key];
    if (key === 'excludes') return excludesOf(findings, volume, value, at);
    if (key === 'paths') warnPaths(findings, volumes, value, at);
    else if (value !== null && value !== false) {
      const instead = key === 'hooks' ? dumpInsteadOf(value, contract, volume, volumes) : null;
      unread(findings, at, instead ?? hintFor(key));
    }
    return [];
  });
}

/** Patterns as the workload sees its files; in a volume's own a leading `/` is the root of the volume. */
function excludesOf(findings: Findings, volume: PersistentVolume, value: unknown, pointer: Pointer): Found[] {
  return asList(value).flatMap((item, index) => {
    const at = [...pointer, index];
    const text = asText(item) ?? '';
    if (text === '') return [];
    if (!text.startsWith('/') || text.startsWith('/**')) return [{ of: volume, pattern: text, pointer: at }];
    if (isAtOrBelow(text, volume.path)) {
      const inside = text.slice(volume.path === '/' ? 0 : volume.path.length);
      return [{ of: volume, pattern: inside.replace(/^\/*$/, '/**'), pointer: at }];
    }
    const message = `the exclude pattern \`${text}\` matches nothing: \`${volume.name}\` is at \`${volume.path}\``;
    findings.warning('STW407', at, message, {
      hint: `write a path below \`${volume.path}\`, or take it out`,
    });
    return [];
  });
}

/** Whole volumes are backed up, so that a path in one is no loss. */
function warnPaths(
  findings: Findings,
  volumes: readonly PersistentVolume[],
  value: unknown,
  pointer: Pointer,
): void {
  for (const [index, item] of asList(value).entries()) {
    const path = asText(item);
    if (path === null || volumes.some((volume) => isAtOrBelow(path, volume.path))) continue;
    const message = `no persistent volume holds \`${path}\`, so nothing backs it up`;
    findings.warning('STW119', [...pointer, index], message, {
      hint: 'list it under `mounts.persistent_volumes`, or take it out',
    });
  }
}

/** A `backup` in other places where people look for one. */
function warnElsewhere(findings: Findings, contract: Mapping): void {
  const lists: readonly (readonly [Pointer, unknown])[] = [
    [['service_volumes'], contract.service_volumes],
    [['mounts', 'persistent_volumes'], asMapping(contract.mounts).persistent_volumes],
    [['services'], contract.services],
  ];
  for (const [pointer, list] of lists) {
    for (const [index, item] of asList(list).entries()) {
      const own = asMapping(item).backup;
      if (own === undefined || own === null) continue;
      unread(findings, [...pointer, index, 'backup'], hintFor('backup'));
    }
  }
}

function unread(findings: Findings, pointer: Pointer, hint: string): void {
  const name = pointer
    .map((step) => (typeof step === 'number' ? '[]' : step))
    .join('.')
    .replaceAll('.[]', '[]');
  const message = `nothing reads \`${name}\`: backups are made as if it were not there`;
  findings.warning('STW119', pointer, message, { part: 'key', hint });
}

function hintFor(key: string): string {
  return key === 'hooks'
    ? 'what it does has to be done before the backup by other means, such as a timer of its own; take it out once it is'
    : 'what can be said about backups is said in `backup` (`stowage schema contract`)';
}
