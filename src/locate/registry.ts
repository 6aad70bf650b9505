import type { Runtime } from '../contract/contract.js';
import { baremetal } from './baremetal.js';
import { docker } from './docker.js';
import { kubernetes } from './kubernetes.js';
import type { Locator } from './location.js';
import { podman } from './podman.js';
import { proxmox } from './proxmox.js';

/** One line per runtime. */
export const LOCATORS: Readonly<Record<Runtime, Locator>> = {
  docker,
  podman,
  kubernetes,
  proxmox,
  baremetal,
};
