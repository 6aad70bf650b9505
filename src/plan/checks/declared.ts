import type { Contract, RuntimeName } from '../../contract/contract.js';
import { declaredIn } from '../../locate/pairing.js';
import { runtimeOf } from '../../runtimes/registry.js';
import type { Pointer } from '../../source/document.js';

/** As {@link declaredIn}, on one runtime; a machine mounts nothing. */
export function declaredAt(contract: Contract, name: string, runtime: RuntimeName): Pointer {
  const mounted = runtime === 'baremetal' ? [] : runtimeOf(runtime).mounted(contract);
  return declaredIn(contract, name, mounted);
}
