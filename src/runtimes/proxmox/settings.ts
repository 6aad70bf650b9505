import { oneOf } from '../../source/choices.js';
import type { RuntimeSettings } from '../../model/policy.js';
import type { Pointer } from '../../source/document.js';
import type { Findings } from '../../source/findings.js';
import { readHostPath } from '../../source/host-rules.js';
import type { Mapping } from '../../source/yaml-values.js';

/** `runtimes.proxmox` */
export interface ProxmoxSettings {
  readonly mode: 'snapshot' | 'suspend' | 'stop';
  readonly transfer: 'stream' | 'dumpdir';
  readonly dumpdir: string;
}

export function readSettings(findings: Findings, given: Mapping, pointer: Pointer): ProxmoxSettings {
  const folder = readHostPath(findings, given.dumpdir, [...pointer, 'dumpdir']);
  return {
    mode: oneOf(given.mode, ['snapshot', 'suspend', 'stop']),
    transfer: oneOf(given.transfer, ['stream', 'dumpdir']),
    dumpdir: folder ?? '/var/lib/vz/dump',
  };
}

/** Those in a policy that was read. */
export function settingsOf({ proxmox }: RuntimeSettings): ProxmoxSettings {
  return proxmox as ProxmoxSettings;
}
