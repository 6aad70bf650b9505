import type { Contract } from '../../model/contract.js';
import type { PlannedVolume } from '../../model/plan.js';
import type { Policy } from '../../model/policy.js';
import { settingsOf, type KubernetesSettings } from './settings.js';
import { readMaxShrink } from '../../source/max-shrink.js';
import type { Pointer } from '../../source/document.js';
import { valueAt } from '../../source/findings.js';
import type { HonouredKey } from '../runtime.js';
import { methodOf } from './methods/registry.js';

/** What happens under a method that does nothing about a key. Retention and time zones are translated elsewhere. */
const WITHOUT: Readonly<Record<HonouredKey, string>> = {
  exclude: 'what it names is backed up all the same',
  timeout: 'a backup that hangs is not ended',
  retry_lock: 'it waits for locks as long as it likes',
  accept_incomplete: 'it decides by itself what an incomplete backup is',
  allow_empty: 'it never looks whether a volume is empty',
  max_shrink: 'it never compares a snapshot with the one before',
  must_contain: 'it never looks what a volume contains',
  max_source_age: 'it never looks how old files are',
};

/** Keys of single volumes; the others are the service's. */
const OF_VOLUMES: readonly HonouredKey[] = ['exclude', 'allow_empty', 'max_shrink', 'must_contain'];
const OF_SERVICES = (Object.keys(WITHOUT) as HonouredKey[]).filter(
  (key) => key !== 'allow_empty' && key !== 'must_contain',
);

/** Whether the method of a cluster does what a key asks. */
export function honours(settings: Pick<KubernetesSettings, 'method'>, key: HonouredKey): boolean {
  const { honours: known } = methodOf(settings);
  return known === 'all' || known.includes(key);
}

/** What happens with a method that does not. */
export function withoutKey(key: HonouredKey): string {
  return WITHOUT[key];
}

/** A key that somebody wrote although the operator does nothing about it. */
export interface UnheardKey {
  readonly key: HonouredKey;
  readonly pointer: Pointer;
}

/** What a contract asks for and the cluster's method does not honour. */
export function unheardOfContract(
  settings: KubernetesSettings,
  contract: Contract,
  volumes: readonly PlannedVolume[],
): UnheardKey[] {
  const at = (pointer: Pointer, keys: readonly HonouredKey[]): UnheardKey[] =>
    keys
      .filter((key) => !honours(settings, key) && asks(contract.document.value, [...pointer, key]))
      .map((key) => ({ key, pointer: [...pointer, key] }));
  return [
    ...at(['backup'], OF_SERVICES),
    ...volumes.flatMap(({ volume }) => at(['backup', 'volumes', volume], OF_VOLUMES)),
    ...(honours(settings, 'exclude') ? [] : excludesOfStorage(contract, volumes)),
  ];
}

/** Excludes that stand where live contracts have them. */
function excludesOfStorage(contract: Contract, volumes: readonly PlannedVolume[]): UnheardKey[] {
  const planned = new Set(volumes.map(({ volume }) => volume));
  return contract.persistent_volumes
    .filter(({ name }) => planned.has(name))
    .flatMap(({ excludes = [] }) => excludes.map(({ pointer }) => ({ key: 'exclude' as const, pointer })));
}

/** What the policy's defaults hand down to a contract that says nothing of it, and the method does not honour. */
export function unheardOfDefaults(policy: Policy, contract: Contract): UnheardKey[] {
  return OF_SERVICES.filter(
    (key) =>
      !honours(settingsOf(policy.runtimes), key) &&
      asks(policy.document.value, ['defaults', key]) &&
      valueAt(contract.document.value, ['backup', key]) === undefined,
  ).map((key) => ({ key, pointer: ['defaults', key] }));
}

/**
 * An empty list asks for nothing, and so does a loss that may be any; an incomplete backup that is refused is what every
 * method has in mind.
 */
function asks(root: unknown, pointer: Pointer): boolean {
  const value = valueAt(root, pointer);
  if (Array.isArray(value)) return value.length > 0;
  if (pointer.at(-1) === 'max_shrink' && readMaxShrink(value) === 100) return false;
  return (
    value !== undefined && value !== null && !(pointer.at(-1) === 'accept_incomplete' && value === false)
  );
}
