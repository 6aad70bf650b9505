import type { Runtime as RuntimeName } from '../contract/contract.js';
import { baremetal } from './baremetal/runtime.js';
import { docker } from './docker/runtime.js';
import { kubernetes } from './kubernetes/runtime.js';
import { podman } from './podman/runtime.js';
import { proxmox } from './proxmox/runtime.js';
import type { Runtime } from './runtime.js';

const RUNTIMES: Readonly<Record<RuntimeName, Runtime>> = { docker, podman, kubernetes, proxmox, baremetal };

/** In the order in which people are told of them. */
export const RUNTIME_LIST: readonly Runtime[] = Object.values(RUNTIMES);

export function runtimeOf(name: RuntimeName): Runtime {
  return RUNTIMES[name];
}
