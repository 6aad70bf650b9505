import type { Contract, Runtime } from '../../contract/contract.js';
import { pairVolume } from '../../locate/pairing.js';
import { LOCATORS } from '../../locate/registry.js';
import type { Pointer } from '../../source/document.js';

/**
 * What in the contract decides where a persistent volume lies on a runtime: the `host_path` of the bind mount that holds
 * it, else its own `path`.
 */
export function declaredAt(contract: Contract, name: string, runtime: Runtime): Pointer {
  const volume = contract.persistent_volumes.find((candidate) => candidate.name === name);
  if (volume === undefined) return [];
  const { partner } = pairVolume(volume, LOCATORS[runtime].mounted(contract));
  const bound = runtime !== 'baremetal' && partner?.host_path != null;
  return bound ? [...partner.pointer, 'host_path'] : [...volume.pointer, 'path'];
}
