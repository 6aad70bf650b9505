import { asList, asMapping, asText } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { pathsOverlap } from '../source/paths.js';
import { suggestionHint } from '../source/suggest.js';
import type { Mapping } from '../source/yaml-values.js';
import type { EphemeralMount, PersistentVolume, RuntimeName } from '../model/contract.js';
import { RUNTIMES } from '../runtimes/registry.js';
import { checkName, VOLUME_NAME } from '../source/name-rules.js';
import { readPath } from './volumes.js';

/** Reads `mounts.persistent_volumes`; names and paths occur once each. */
export function readPersistentVolumes(findings: Findings, contract: Mapping): PersistentVolume[] {
  const at: Pointer = ['mounts', 'persistent_volumes'];
  const volumes: PersistentVolume[] = [];
  for (const [index, item] of asList(asMapping(contract.mounts).persistent_volumes).entries()) {
    const pointer = [...at, index];
    const given = asMapping(item);
    const name = asText(given.name);
    const path = readPath(findings, given.path, [...pointer, 'path']);
    const isNamed =
      name !== null && name !== '' && checkName(findings, [...pointer, 'name'], name, VOLUME_NAME);
    if (!isNamed || path === null) continue;
    reportTwin(findings, volumes, name, path, pointer);
    volumes.push({ name, path, pointer });
  }
  return volumes;
}

function reportTwin(
  findings: Findings,
  volumes: readonly PersistentVolume[],
  name: string,
  path: string,
  pointer: Pointer,
): void {
  const sameName = volumes.find((volume) => volume.name === name);
  const samePath = volumes.find((volume) => volume.path === path);
  const lineOf = (volume: PersistentVolume, key: string) =>
    findings.document.span([...volume.pointer, key]).line;
  if (sameName !== undefined) {
    const hint = `the first \`${name}\` is on line ${lineOf(sameName, 'name')}; rename one`;
    findings.error('STW103', [...pointer, 'name'], `two persistent volumes are named \`${name}\``, { hint });
  } else if (samePath !== undefined) {
    const hint = `\`${samePath.name}\` on line ${lineOf(samePath, 'path')} has it too; remove one`;
    findings.error('STW103', [...pointer, 'path'], `two persistent volumes have the path \`${path}\``, {
      hint,
    });
  }
}

/** Reads `mounts.ephemeral_mounts`; none may overlap a persistent volume. */
export function readEphemeralMounts(
  findings: Findings,
  contract: Mapping,
  persistent: readonly PersistentVolume[],
): EphemeralMount[] {
  const at: Pointer = ['mounts', 'ephemeral_mounts'];
  return asList(asMapping(contract.mounts).ephemeral_mounts).flatMap((item, index) => {
    const pointer = [...at, index];
    const given = asMapping(item);
    const path = readPath(findings, given.path, [...pointer, 'path']);
    if (path === null) return [];
    const covered = persistent.find((volume) => pathsOverlap(volume.path, path));
    if (covered !== undefined) {
      const message = `tmpfs \`${path}\` overlaps persistent volume \`${covered.name}\` (\`${covered.path}\`)`;
      const hint = 'what a tmpfs covers is lost on restart and in no backup; move one of the two';
      findings.error('STW104', [...pointer, 'path'], message, { hint });
    }
    const runtimes = readMountRuntimes(findings, given, pointer);
    return [{ name: asText(given.name) ?? path, path, runtimes, pointer }];
  });
}

/** `apply_to` (live contracts) or `runtimes`; a list or one name; all runtimes without them. */
function readMountRuntimes(findings: Findings, given: Mapping, pointer: Pointer): readonly RuntimeName[] {
  const key = given.apply_to === null || given.apply_to === undefined ? 'runtimes' : 'apply_to';
  const value = given[key];
  const names = typeof value === 'string' ? [value] : asList(value);
  const place = (index: number): Pointer =>
    typeof value === 'string' ? [...pointer, key] : [...pointer, key, index];
  for (const [index, name] of names.entries()) {
    if (typeof name === 'string' && name !== 'all') warnUnknownRuntime(findings, name, place(index), 'value');
  }
  const known = RUNTIMES.filter((runtime) => names.includes(runtime));
  return known.length === 0 ? RUNTIMES : known;
}

/** Reads the keys of `runtime_templates`; one that is empty or `false` names a runtime that is not supported. */
export function readRuntimes(findings: Findings, contract: Mapping): RuntimeName[] {
  const templates = asMapping(contract.runtime_templates);
  for (const name of Object.keys(templates)) {
    warnUnknownRuntime(findings, name, ['runtime_templates', name], 'key');
  }
  return RUNTIMES.filter((runtime) => (templates[runtime] ?? false) !== false);
}

function warnUnknownRuntime(findings: Findings, name: string, pointer: Pointer, part: 'key' | 'value'): void {
  if (RUNTIMES.some((runtime) => runtime === name)) return;
  const hint = suggestionHint(name, RUNTIMES);
  findings.warning('STW105', pointer, `\`${name}\` is no runtime that we know; it is ignored`, {
    part,
    ...(hint === undefined ? {} : { hint }),
  });
}
