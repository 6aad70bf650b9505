import type { Contract } from '../../model/contract.js';
import { asInteger, asMapping } from '../../source/access.js';
import type { Findings } from '../../source/findings.js';
import type { Mapping } from '../../source/yaml-values.js';

/** What a contract says to Proxmox alone. */
export interface ProxmoxContract {
  /** `service_container.vmid`. */
  readonly vmid: number | null;
  /** `backup.dump_guest`: whether the guest is dumped whether or not a volume lies inside it. */
  readonly dump_guest: boolean;
}

export function readContract(_findings: Findings, given: Mapping): ProxmoxContract {
  return {
    vmid: asInteger(asMapping(given.service_container).vmid),
    dump_guest: asMapping(given.backup).dump_guest === true,
  };
}

/** What a contract that was read says. */
export function contractOf({ runtime_settings }: Contract): ProxmoxContract {
  return runtime_settings.proxmox as ProxmoxContract;
}
