import { posix } from 'node:path';
import { MAX_AGE, readMinutes, readSettings } from './settings.js';
import { readMaxShrink } from '../source/max-shrink.js';
import { asList, asMapping, asText, asTexts, nonEmpty } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { suggestionHint } from '../source/suggest.js';
import type { Mapping } from '../source/yaml-values.js';
import { readCommands } from './commands.js';
import { readDumps } from './dumps.js';
import { readHooks, readQuiesce } from './quiesce.js';
import type {
  BackupBlock,
  PersistentVolume,
  RuntimeVolumeSettings,
  VolumeSettings,
} from '../model/contract.js';
import { RUNTIME_LIST } from '../runtimes/registry.js';
import type { Runtime } from '../runtimes/runtime.js';
import { checkName } from '../source/name-rules.js';

/** Reads `backup`: settings that override the policy's defaults, and settings of single volumes. */
export function readBackupBlock(
  findings: Findings,
  contract: Mapping,
  persistent: readonly PersistentVolume[],
): BackupBlock {
  const block = asMapping(contract.backup);
  const settings = readSettings(findings, block, ['backup']);
  const volumes = new Map<string, VolumeSettings>();
  const declared = asList(asMapping(contract.mounts).persistent_volumes);
  const names = declared.flatMap((volume) => asText(asMapping(volume).name) ?? []);
  for (const [name, given] of Object.entries(asMapping(block.volumes))) {
    const pointer: Pointer = ['backup', 'volumes', name];
    if (names.includes(name)) {
      volumes.set(name, readVolumeSettings(findings, asMapping(given), pointer));
      continue;
    }
    const hint = suggestionHint(name, names) ?? 'name one of `mounts.persistent_volumes`';
    findings.error('STW106', pointer, `\`${name}\` is no persistent volume of this service`, {
      part: 'key',
      hint,
    });
  }
  const commands = readCommands(findings, block, ['backup']);
  return {
    ...{ settings, commands, volumes },
    dumps: readDumps(findings, block, persistent),
    quiesce: readQuiesce(findings, block),
    hooks: readHooks(findings, block),
  };
}

function readVolumeSettings(findings: Findings, given: Mapping, pointer: Pointer): VolumeSettings {
  const enabled = given.enabled !== false;
  const reason = wordsIn(given.reason);
  if (!enabled) demandReason(findings, reason, pointer);
  return {
    enabled,
    reason,
    exclude: asTexts(given.exclude),
    allow_empty: given.allow_empty === true,
    mount_point: given.mount_point === true,
    must_contain: readPathsInside(findings, given.must_contain, [...pointer, 'must_contain']),
    max_source_age: readMinutes(findings, given.max_source_age, [...pointer, 'max_source_age'], {
      min: 1,
      max: MAX_AGE,
    }),
    max_shrink: readMaxShrink(given.max_shrink),
    live_copy: wordsIn(given.live_copy),
    holders: readHolders(findings, given, pointer),
    runtimes: readPerRuntime(findings, given, pointer),
    pointer,
  };
}

/** A reason in one line; null where there is none. */
function wordsIn(given: unknown): string | null {
  return nonEmpty(asText(given)?.replace(/\s+/g, ' ').trim());
}

/** A volume that is left out needs a reason, or else it looks forgotten. */
function demandReason(findings: Findings, reason: string | null, pointer: Pointer): void {
  if (reason !== null) return;
  const message = 'this volume is not backed up, and nothing says why';
  const hint = 'add `reason:` with a few words, so that it is waived and not forgotten';
  findings.error('STW107', [...pointer, 'enabled'], message, { part: 'key', hint });
}

/** `runtimes`: keys that are no runtime are the schema's business. */
function readPerRuntime(findings: Findings, volume: Mapping, pointer: Pointer): VolumeSettings['runtimes'] {
  const given = asMapping(volume.runtimes);
  return new Map(
    RUNTIME_LIST.filter(({ name }) => Object.hasOwn(given, name)).map((runtime) => {
      const at = [...pointer, 'runtimes', runtime.name];
      return [runtime.name, readForRuntime(findings, runtime, volume, asMapping(given[runtime.name]), at)];
    }),
  );
}

function readForRuntime(
  findings: Findings,
  { name, locations = [] }: Runtime,
  volume: Mapping,
  given: Mapping,
  pointer: Pointer,
): RuntimeVolumeSettings {
  const enabled = typeof given.enabled === 'boolean' ? given.enabled : null;
  const reason = wordsIn(given.reason);
  if (enabled === false) demandReason(findings, reason ?? wordsIn(volume.reason), pointer);
  const location = asText(given.location);
  const isKnown = location === null || locations.includes(location);
  if (!isKnown) {
    const hint =
      locations.length === 0
        ? 'leave `location` out: a volume can lie in one place only there'
        : `use ${locations.map((word) => `\`${word}\``).join(' or ')}`;
    findings.error('STW118', [...pointer, 'location'], `${name} knows no location \`${location}\``, { hint });
  }
  return { enabled, reason, location: isKnown ? location : null, pointer };
}

function readHolders(findings: Findings, given: Mapping, pointer: Pointer): VolumeSettings['holders'] {
  const named = RUNTIME_LIST.flatMap(({ volume_key }) => {
    if (volume_key === null) return [];
    const { key, rule } = volume_key;
    const text = asText(given[key]);
    return text !== null && checkName(findings, [...pointer, key], text, rule) ? [[key, text] as const] : [];
  });
  return Object.fromEntries(named);
}

/** Paths below a volume's root, normalised; what leads out of it, or to itself, is reported. */
function readPathsInside(findings: Findings, given: unknown, pointer: Pointer): string[] {
  return asTexts(given).flatMap((path, index) => {
    const inside = posix.normalize(path).replace(/\/$/, '');
    const isInside =
      inside !== '.' && inside !== '..' && !inside.startsWith('../') && !inside.startsWith('/');
    if (isInside && !path.includes('\n')) return [inside];
    findings.error('STW340', [...pointer, index], `\`${path}\` is no path inside the volume`, {
      hint: 'write it as seen from the root of the volume, such as `config/app.db`: without a leading `/`, and without `..`',
    });
    return [];
  });
}
