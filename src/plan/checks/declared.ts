import { HOST_PATH } from '../../locate/location.js';
import type { Contract, RuntimeName } from '../../model/contract.js';
import { declaredIn } from '../../locate/pairing.js';
import { runtimeOf } from '../../runtimes/registry.js';
import type { Pointer } from '../../source/document.js';

/** As {@link declaredIn}, on one runtime; some mount nothing. */
export function declaredAt(contract: Contract, name: string, runtime: RuntimeName): Pointer {
  const { kinds, mounted } = runtimeOf(runtime);
  return declaredIn(contract, name, HOST_PATH in kinds ? mounted(contract) : []);
}
