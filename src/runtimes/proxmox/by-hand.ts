import { byRoot } from '../by-root.js';
import type { ByHand } from '../runtime.js';
import { guestSteps } from './steps.js';

export const byHand: ByHand = {
  new_host: {
    needs: 'restic 0.17.0 or later and Proxmox VE',
    first: 'Its guest need not be there: it comes out of the dump.',
  },
  has_containers: false,
  typist: byRoot,

  workload({ vmid }) {
    // A contract with nothing but bind mounts need not say which guest it is.
    if (vmid === null) return { stop: [], start: [], inside: null };
    const guest = String(vmid);
    return {
      stop: [['pct', 'stop', guest]],
      start: [['pct', 'start', guest]],
      inside: ['pct', 'exec', guest, '--'],
    };
  },

  owners: () => GUEST_IDS,
  recreate: () => [],
  steps: guestSteps,
};

/** pct(1), `unprivileged`: ids of the guest are shifted by the host's /etc/subuid, or as `lxc.idmap` says. */
const GUEST_IDS =
  'The ids are those of this host: an unprivileged guest sees them lower by 100000, unless its lxc.idmap says otherwise.';
