import { jobIndex } from '../lookup/job-index.js';
import { volumesOf } from '../model/job.js';
import type { BackupPlan, Placement, PlannedVolume } from '../model/plan.js';

/** What a volume says of itself where no job reads it, and nobody knows more. */
const NO_JOB = 'no job backs it up';

/**
 * The plan with the one answer to whether a volume is backed up: it is where a job reads it. Every page, table and file
 * takes it from here, so that none can say yes where another says no.
 */
export function settle(plan: BackupPlan): BackupPlan {
  const jobs = jobIndex(plan);
  return {
    ...plan,
    services: plan.services.map((service) => ({
      ...service,
      placements: service.placements.map((placement) => {
        const read = new Set(jobs.at(service.service_id, placement).flatMap(volumesOf));
        const volumes = placement.volumes.map((volume) => settled(placement, volume, read));
        return { ...placement, volumes };
      }),
    })),
  };
}

function settled({ obstacles }: Placement, volume: PlannedVolume, read: ReadonlySet<string>): PlannedVolume {
  if (!volume.backed_up || read.has(volume.volume)) return volume;
  const obstacle = obstacles[0] ?? NO_JOB;
  const { live_copy, ...rest } = { ...volume, backed_up: false, reason: obstacle, obstacle };
  return rest;
}
