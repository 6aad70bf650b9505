import { ansible } from './ansible/target.js';
import { index } from './index/target.js';
import { kubernetes } from './kubernetes/target.js';
import { podmanUser } from './podman-user/target.js';
import { proxmox } from './proxmox/target.js';
import { runbook } from './runbook/target.js';
import { systemd } from './systemd/target.js';
import type { Target } from './target.js';

/** One line per kind of output. */
export const TARGETS: readonly Target[] = [ansible, index, kubernetes, podmanUser, proxmox, runbook, systemd];
