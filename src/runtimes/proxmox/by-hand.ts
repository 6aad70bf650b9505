import type { ByHand } from '../runtime.js';

export const byHand: ByHand = {
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
};
