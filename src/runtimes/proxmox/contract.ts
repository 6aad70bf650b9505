import type { Contract } from '../../model/contract.js';
import { asInteger, asMapping } from '../../source/access.js';
import type { Findings } from '../../source/findings.js';
import type { Mapping } from '../../source/yaml-values.js';

/** What a contract says to Proxmox alone. */
export interface ProxmoxContract {
  /** `service_container.vmid`. */
  readonly vmid: number | null;
}

export function readContract(_findings: Findings, given: Mapping): ProxmoxContract {
  return { vmid: asInteger(asMapping(given.service_container).vmid) };
}

/** What a contract that was read says. */
export function contractOf({ runtime_settings }: Contract): ProxmoxContract {
  return runtime_settings.proxmox as ProxmoxContract;
}
