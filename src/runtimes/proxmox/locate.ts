import { hostPathLocation } from '../../locate/location.js';
import type { Locator } from '../runtime.js';
import { contractOf } from './contract.js';
import { saidLocation } from './locations.js';

/**
 * LXC. A bind mount is a directory of the Proxmox host, which vzdump never includes (vzdump(1)), so it is a
 * host path like any other, unless the contract says that nobody mounts it. Everything else lies on the guest's own disk
 * and is part of `vzdump <vmid>`.
 */
export const locator: Locator = {
  mounted: (contract) => contract.service_volumes,

  locate({ contract, volume, pairing }) {
    const { partner, suffix } = pairing;
    const isInside = saidLocation(contract, volume.name) === 'guest';
    if (partner?.host_path != null && !isInside) return hostPathLocation(partner.host_path, suffix);
    const { vmid } = contractOf(contract);
    const name = vmid === null ? null : String(vmid);
    return {
      ...{ kind: 'lxc_guest', location: volume.path, name, namespace: null, suffix: '' },
      dump: guestDumpName(vmid),
      ...(vmid === null ? { obstacle: 'nothing says which guest it lies in' } : {}),
    };
  },
};

/** The fixed name under which a guest's dump is kept: vzdump's own names carry the time, so no parent would match. */
export function guestDumpName(vmid: number | null): string {
  return `vzdump-lxc-${vmid === null ? 'unknown' : String(vmid)}.tar`;
}
