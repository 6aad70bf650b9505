import type { Job } from '../model/job.js';
import { serviceAt } from './at-place.js';
import { jobIndex } from './job-index.js';
import { oncePerPlan } from './once-per-plan.js';
import type { BackupPlan, Placement, RepositoryPlan, ServicePlan } from '../model/plan.js';

/** One job of a service, with what it is about. */
export interface PlacedJob {
  readonly project: string;
  readonly job: Job;
  readonly service: ServicePlan;
  readonly placement: Placement;
  readonly repository: RepositoryPlan;
}

/** The jobs of all services: by service, placement and kind. */
export const placedJobs = oncePerPlan((plan: BackupPlan): PlacedJob[] => {
  const repositories = new Map(plan.repositories.map((repository) => [repository.name, repository]));
  const index = jobIndex(plan);
  const { project } = plan;
  return plan.services.flatMap((service) => {
    const repository = repositories.get(service.repository);
    if (repository === undefined) return [];
    return service.placements.flatMap((placement) => {
      const there = serviceAt(service, placement);
      return index
        .at(service.service_id, placement)
        .map((job) => ({ project, job, service: there, placement, repository }));
    });
  });
});
