import type { Contract } from '../contract/contract.js';
import type { KubernetesSettings, Policy } from '../policy/policy.js';
import { readMaxShrink } from '../policy/settings.js';
import type { Pointer } from '../source/document.js';
import { valueAt } from '../source/findings.js';
import type { PlannedVolume } from './plan.js';
import { backedUp } from '../model/volume.js';

type Method = KubernetesSettings['method'];

/**
 * What operators do with the keys of `defaults`, of `backup` and of `backup.volumes.V` that say how to back up: the one
 * place where that stands. restic's own jobs honour each; retention and time zones are translated elsewhere.
 */
const KEYS = {
  exclude: {
    honouredBy: [],
    without: 'what it names is backed up all the same',
  },
  timeout: {
    // `activeDeadlineSeconds` of its backup.
    honouredBy: ['k8up'],
    without: 'a backup that hangs is not ended',
  },
  retry_lock: {
    honouredBy: [],
    without: 'it waits for locks as long as it likes',
  },
  accept_incomplete: {
    honouredBy: [],
    without: 'it decides by itself what an incomplete backup is',
  },
  allow_empty: {
    honouredBy: [],
    without: 'it never looks whether a volume is empty',
  },
  max_shrink: {
    honouredBy: [],
    without: 'it never compares a snapshot with the one before',
  },
  must_contain: {
    honouredBy: [],
    without: 'it never looks what a volume contains',
  },
} as const satisfies Record<string, { honouredBy: readonly Method[]; without: string }>;

export type HonouredKey = keyof typeof KEYS;

/** Keys of single volumes; the others are the service's. */
const OF_VOLUMES: readonly HonouredKey[] = ['exclude', 'allow_empty', 'max_shrink', 'must_contain'];
const OF_SERVICES = (Object.keys(KEYS) as HonouredKey[]).filter(
  (key) => key !== 'allow_empty' && key !== 'must_contain',
);

/** Whether a method does what a key asks. */
export function honours(method: Method, key: HonouredKey): boolean {
  const methods: readonly Method[] = KEYS[key].honouredBy;
  return method === 'restic' || methods.includes(method);
}

/** What happens with a method that does not. */
export function withoutKey(key: HonouredKey): string {
  return KEYS[key].without;
}

/** A key that somebody wrote although the operator does nothing about it. */
export interface UnheardKey {
  readonly key: HonouredKey;
  readonly pointer: Pointer;
}

/** What a contract asks for and the cluster's method does not honour. */
export function unheardOfContract(
  method: Method,
  contract: Contract,
  volumes: readonly PlannedVolume[],
): UnheardKey[] {
  const at = (pointer: Pointer, keys: readonly HonouredKey[]): UnheardKey[] =>
    keys
      .filter((key) => !honours(method, key) && asks(contract.document.value, [...pointer, key]))
      .map((key) => ({ key, pointer: [...pointer, key] }));
  return [
    ...at(['backup'], OF_SERVICES),
    ...backedUp(volumes).flatMap(({ volume }) => at(['backup', 'volumes', volume], OF_VOLUMES)),
  ];
}

/** What the policy's defaults hand down to a contract that says nothing of it, and the method does not honour. */
export function unheardOfDefaults(policy: Policy, contract: Contract): UnheardKey[] {
  const { method } = policy.runtimes.kubernetes;
  return OF_SERVICES.filter(
    (key) =>
      !honours(method, key) &&
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
