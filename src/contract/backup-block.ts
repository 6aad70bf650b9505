import { posix } from 'node:path';
import { readSettings } from './settings.js';
import { readMaxShrink } from '../source/max-shrink.js';
import { asList, asMapping, asText, asTexts } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { suggestionHint } from '../source/suggest.js';
import type { Mapping } from '../source/yaml-values.js';
import { readCommands } from './commands.js';
import type { BackupBlock, VolumeSettings } from '../model/contract.js';
import { RUNTIME_LIST } from '../runtimes/registry.js';
import { checkName } from '../source/name-rules.js';

/** Reads `backup`: settings that override the policy's defaults, and settings of single volumes. */
export function readBackupBlock(findings: Findings, contract: Mapping): BackupBlock {
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
  return { settings, commands: readCommands(findings, block, ['backup']), volumes };
}

function readVolumeSettings(findings: Findings, given: Mapping, pointer: Pointer): VolumeSettings {
  const enabled = given.enabled !== false;
  const reason = asText(given.reason)?.replace(/\s+/g, ' ').trim() ?? '';
  if (!enabled && reason === '') {
    const message = 'this volume is not backed up, and nothing says why';
    const hint = 'add `reason:` with a few words, so that it is waived and not forgotten';
    findings.error('STW107', [...pointer, 'enabled'], message, { part: 'key', hint });
  }
  return {
    enabled,
    reason: reason === '' ? null : reason,
    exclude: asTexts(given.exclude),
    allow_empty: given.allow_empty === true,
    mount_point: given.mount_point === true,
    must_contain: readPathsInside(findings, given.must_contain, [...pointer, 'must_contain']),
    max_shrink: readMaxShrink(given.max_shrink),
    holders: readHolders(findings, given, pointer),
    pointer,
  };
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
