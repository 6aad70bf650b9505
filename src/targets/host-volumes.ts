import type { Placement, PlannedVolume } from '../model/plan.js';
import { backedUp, copied } from '../model/volume.js';
import { holdingOf } from '../runtimes/registry.js';

/** Files that the host's own job of a placement backs up; what lies inside a guest is in the guest's dump. */
export function hostVolumes(placement: Placement): PlannedVolume[] {
  return copied(foldersOf(placement));
}

/** The same with the files of databases that the job dumps in their place: what somebody has who dumps nothing. */
export function heldVolumes(placement: Placement): PlannedVolume[] {
  return backedUp(foldersOf(placement));
}

/** The volumes of a placement that are folders of the host, backed up or not. */
export function foldersOf({ volumes }: Placement): PlannedVolume[] {
  return volumes.filter(({ kind }) => holdingOf(kind) !== 'guest');
}
