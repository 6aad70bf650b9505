import type { Placement, PlannedVolume } from '../plan/plan.js';
import { isKubernetesJob } from './kubernetes/cluster.js';
import { hasGuestJob, hostVolumes, isSystemdJob } from './systemd/host-tree.js';

/** What happens to one volume in one place, in the words of the coverage table. */
export type Protection = 'backed up' | 'waived' | 'not rendered yet';

/** Whether the tree holds a backup job for a placement. */
export function isRendered(placement: Placement): boolean {
  if (placement.runtime === 'proxmox') return hostVolumes(placement).length > 0 || hasGuestJob(placement);
  return isSystemdJob(placement) || isKubernetesJob(placement) || placement.scope === 'user';
}

export function protection(placement: Placement, volume: PlannedVolume): Protection {
  if (!volume.backed_up) return 'waived';
  // Inside a guest without a number.
  if (volume.kind === 'lxc_guest' && volume.name === null) return 'not rendered yet';
  return isRendered(placement) ? 'backed up' : 'not rendered yet';
}

/** Where a placement is, for people: `docker on web1`, `kubernetes in namespace media`, `docker`. */
export function placeName(placement: Placement): string {
  const scope = placement.scope === 'user' ? `${placement.runtime} (rootless)` : placement.runtime;
  if (placement.host !== null) return `${scope} on ${placement.host}`;
  return placement.namespace === null ? scope : `${scope} in namespace ${placement.namespace}`;
}
