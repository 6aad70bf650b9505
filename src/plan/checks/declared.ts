import type { Contract, RuntimeName } from '../../contract/contract.js';
import { pairVolume } from '../../locate/pairing.js';
import { runtimeOf } from '../../runtimes/registry.js';
import type { Pointer } from '../../source/document.js';

/**
 * What in the contract decides where a persistent volume lies on a runtime: the `host_path` of the bind mount that holds
 * it, else its own `path`.
 */
export function declaredAt(contract: Contract, name: string, runtime: RuntimeName): Pointer {
  const volume = contract.persistent_volumes.find((candidate) => candidate.name === name);
  if (volume === undefined) return [];
  const { partner } = pairVolume(volume, runtimeOf(runtime).mounted(contract));
  const bound = runtime !== 'baremetal' && partner?.host_path != null;
  return bound ? [...partner.pointer, 'host_path'] : [...volume.pointer, 'path'];
}
