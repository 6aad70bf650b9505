import { volumesOf } from '../model/job.js';
import { jobIndex } from '../lookup/job-index.js';
import type { BackupPlan, Placement, PlannedVolume, ServicePlan } from '../model/plan.js';
import { isWaived } from '../model/volume.js';

/** What happens to one volume in one placement, in the words of the coverage table. */
export type Protection = 'backed up' | 'waived' | 'not backed up';

/** What the jobs of a plan do with a volume. */
export function protection(
  plan: BackupPlan,
  { service_id }: ServicePlan,
  placement: Placement,
  planned: PlannedVolume,
): Protection {
  if (isWaived(planned)) return 'waived';
  const jobs = jobIndex(plan).at(service_id, placement);
  return jobs.some((job) => volumesOf(job).includes(planned.volume)) ? 'backed up' : 'not backed up';
}

/** What follows `yes` where a snapshot has a dump, or what a database wrote to while it was copied; nothing elsewhere. */
export function contentText({ dumped_by: dump, live_copy: copy }: PlannedVolume): string {
  if (dump !== undefined) return ', as a dump';
  if (copy === undefined) return '';
  return copy.accepted === null ? ', live copy' : `, live copy: ${copy.accepted}`;
}

/** What follows a number of volumes where databases write while they are copied: `, 1 of them a live copy`. */
export function liveCopies(volumes: readonly PlannedVolume[]): string {
  const amount = volumes.filter(({ live_copy: copy }) => copy !== undefined).length;
  if (amount === 0) return '';
  return `, ${amount} of them ${amount === 1 ? 'a live copy' : 'live copies'}`;
}

/** What every table says of a volume whose service is nowhere. */
export const NOT_DEPLOYED = 'not deployed anywhere';

/** The volumes of a placement that jobs of the plan back up. */
export function protectedVolumes(
  plan: BackupPlan,
  service: ServicePlan,
  placement: Placement,
): PlannedVolume[] {
  return placement.volumes.filter((volume) => protection(plan, service, placement, volume) === 'backed up');
}

/** Where a placement is, for people: `docker on web1`, `kubernetes in namespace media`, `docker`. */
export function placementName(placement: Placement): string {
  const scope = placement.scope === 'user' ? `${placement.runtime} (rootless)` : placement.runtime;
  if (placement.host !== null) return `${scope} on ${placement.host}`;
  return placement.namespace === null ? scope : `${scope} in namespace ${placement.namespace}`;
}
