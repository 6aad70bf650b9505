import { hostPathLocation, type Locator } from './location.js';

/**
 * Proxmox LXC. A bind mount is a directory of the Proxmox host, which vzdump never includes (vzdump(1)), so it is a
 * host path like any other. Everything else lies on the guest's own disk and is part of `vzdump <vmid>`.
 */
export const proxmox: Locator = {
  runtime: 'proxmox',

  mounted: (contract) => contract.service_volumes,

  locate({ contract, volume, pairing }) {
    const { partner, suffix } = pairing;
    if (partner?.host_path != null) return hostPathLocation(partner.host_path, suffix);
    const name = contract.vmid === null ? null : String(contract.vmid);
    return { kind: 'lxc_guest', location: volume.path, name, namespace: null, suffix: '' };
  },
};
