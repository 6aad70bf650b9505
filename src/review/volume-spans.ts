import type { Contract, RuntimeName } from '../model/contract.js';
import type { SourceDocument, Pointer } from '../source/document.js';
import type { Span } from '../diagnostics/diagnostic.js';
import { pairVolume } from '../locate/pairing.js';
import type { Policy } from '../model/policy.js';
import { runtimeOf } from '../runtimes/registry.js';
import type { PlaceKey } from '../runtimes/runtime.js';
import { valueAt } from '../source/findings.js';

/** A key that says where a volume lives, with what it says. */
interface Key {
  readonly document: SourceDocument;
  readonly pointer: Pointer;
  readonly value: unknown;
}

/** One side's contract of a service, and the policy. */
export interface VolumeSide {
  readonly policy: Policy;
  readonly contract: Contract;
}

/**
 * The key whose change moved a volume: the first of those that say where it lives that has another value than before,
 * or is new. The first of them when none changed: then a value that it refers to did, or the old contract is not known.
 */
export function movedBy(
  after: VolumeSide,
  before: VolumeSide | null,
  volume: string,
  runtime: RuntimeName,
): Span | null {
  const old = new Map(
    (before === null ? [] : keysOf(before, volume, runtime)).map(([name, key]) => [name, key.value]),
  );
  const keys = keysOf(after, volume, runtime).filter(([, { value }]) => value !== undefined);
  const [, key] = keys.find(([name, { value }]) => old.get(name) !== value) ?? keys[0] ?? [];
  return key === undefined ? null : key.document.span(key.pointer);
}

/** By a name that stays the same when lists are put in another order; likelier ones first. */
function keysOf({ policy, contract }: VolumeSide, name: string, runtime: RuntimeName): [string, Key][] {
  const volume = contract.persistent_volumes.find((candidate) => candidate.name === name);
  if (volume === undefined) return [];
  const { mounted, volume_key, place_keys } = runtimeOf(runtime);
  const { partner } = pairVolume(volume, mounted(contract));
  const ours = (...pointer: Pointer) => keyAt(contract.document, pointer);
  const settings = volume_key === null ? [] : [ours('backup', 'volumes', name, volume_key.key)];
  const mount = partner?.pointer;
  const bound = mount === undefined ? [] : MOUNT_KEYS.map((key) => ours(...mount, key));
  return [
    ours('backup', 'volumes', name, 'runtimes', runtime, 'location'),
    ...settings,
    ...bound,
    ours(...volume.pointer, 'path'),
    ...place_keys.flatMap((key) => placeKeys({ policy, contract }, key)),
  ];
}

/** A key of a runtime, wherever it may stand; a deployment is known by its services, wherever it stands in the list. */
function placeKeys({ policy, contract }: VolumeSide, { of, pointer }: PlaceKey): [string, Key][] {
  if (of === 'contract') return [keyAt(contract.document, pointer)];
  if (of === 'policy') return [keyAt(policy.document, pointer)];
  return (policy.deployments ?? []).map((deployment) => {
    const [, key] = keyAt(policy.document, [...deployment.pointer, ...pointer]);
    return [`${pointer.join('.')} of ${JSON.stringify(deployment.services)}`, key];
  });
}

function keyAt(document: SourceDocument, pointer: Pointer): [string, Key] {
  return [
    pointer.map((step) => (typeof step === 'number' ? '*' : step)).join('.'),
    { document, pointer, value: valueAt(document.value, pointer) },
  ];
}

const MOUNT_KEYS = ['host_path', 'source', 'target', 'name'];
