import type { Job } from '../model/job.js';
import { groupBy } from './group.js';
import { oncePerPlan } from './once-per-plan.js';
import type { BackupPlan, Placement, ServicePlan } from '../model/plan.js';

/** The jobs of a plan by what people ask for. Made once per plan. */
export interface JobIndex {
  readonly byId: ReadonlyMap<string, Job>;
  /** Of a service, wherever it is. */
  ofService(service: string): readonly Job[];
  /** Of a service in one placement. */
  at(service: string, placement: Pick<Placement, 'runtime' | 'host'>): readonly Job[];
  /** What is done with a repository by its own maintenance. */
  ofRepository(repository: string): readonly Job[];
}

/** Services by their ids. */
export const serviceIndex = oncePerPlan(
  ({ services }): ReadonlyMap<string, ServicePlan> =>
    new Map(services.map((service) => [service.service_id, service])),
);

export const jobIndex = oncePerPlan(({ jobs }: BackupPlan): JobIndex => {
  const byService = groupBy(jobs, ({ service }) => service);
  const byPlace = groupBy(jobs, ({ service, runtime, place }) =>
    placeKey(service, runtime, place.on === 'host' ? place.host : null),
  );
  const byRepository = groupBy(
    jobs.filter(({ service }) => service === null),
    ({ store }) => (store !== null && 'name' in store ? store.name : null),
  );
  return {
    byId: new Map(jobs.map((job) => [job.id, job])),
    ofService: (service) => byService.get(service) ?? [],
    at: (service, { runtime, host }) => byPlace.get(placeKey(service, runtime, host)) ?? [],
    ofRepository: (repository) => byRepository.get(repository) ?? [],
  };
});

function placeKey(service: string | null, runtime: string | null, host: string | null): string {
  return [service, runtime, host].map((part) => part ?? '').join('\0');
}
