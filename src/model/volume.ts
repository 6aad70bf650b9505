import type { PlannedVolume } from './plan.js';

/** Those of them that are backed up. */
export function backedUp(volumes: readonly PlannedVolume[]): PlannedVolume[] {
  return volumes.filter((volume) => volume.backed_up);
}

/** Where the whole of a named volume lies, of which a part is backed up; a path of the host is its own root. */
export function rootOf({ location, suffix }: Pick<PlannedVolume, 'location' | 'suffix'>): string {
  return suffix === '' ? location : location.slice(0, -suffix.length - 1);
}
