import { groupBy } from '../../plan/group.js';
import { isMaintained } from '../../plan/maintenance-jobs.js';
import type { BackupPlan, Placement, PlannedVolume, RepositoryPlan, ServicePlan } from '../../plan/plan.js';
import { backedUp } from '../../plan/volumes.js';

/** One service's backup on Kubernetes. */
export interface KubernetesJob {
  readonly project: string;
  readonly service: ServicePlan;
  readonly placement: Placement;
  readonly repository: RepositoryPlan;
  readonly namespace: string;
  /** Those that are backed up, in the contract's order. */
  readonly volumes: readonly PlannedVolume[];
}

/** Everything that one folder below `kubernetes/` holds. */
export interface Namespace {
  readonly name: string;
  /** `kubernetes/media`. */
  readonly folder: string;
  /** By service id. */
  readonly jobs: readonly KubernetesJob[];
  /** Repositories that this namespace forgets, prunes and checks, by name. */
  readonly maintained: readonly RepositoryPlan[];
}

/** Whether a placement's job is rendered below `kubernetes/`. */
export function isKubernetesJob(placement: Placement): boolean {
  return placement.runtime === 'kubernetes' && placement.obstacles.length === 0;
}

/** All namespaces that something is rendered for, by name. */
export function namespaces(plan: BackupPlan): Namespace[] {
  const jobs = groupBy(kubernetesJobs(plan), (job) => job.namespace);
  const maintained = new Map<string, RepositoryPlan[]>();
  for (const repository of plan.repositories) {
    if (repository.maintenance.kind !== 'namespace' || !isMaintained(repository)) continue;
    const { namespace } = repository.maintenance;
    maintained.set(namespace, [...(maintained.get(namespace) ?? []), repository]);
  }
  return [...new Set([...jobs.keys(), ...maintained.keys()])].sort().map((name) => ({
    name,
    folder: `kubernetes/${name}`,
    jobs: jobs.get(name) ?? [],
    maintained: maintained.get(name) ?? [],
  }));
}

/** Every backup on Kubernetes, by service id. */
export function kubernetesJobs(plan: BackupPlan): KubernetesJob[] {
  const repositories = new Map(plan.repositories.map((repository) => [repository.name, repository]));
  return plan.services.flatMap((service) => {
    const repository = repositories.get(service.repository);
    return service.placements.filter(isKubernetesJob).flatMap((placement): KubernetesJob[] => {
      const volumes = backedUp(placement.volumes);
      const { namespace } = placement;
      if (repository === undefined || namespace === null || volumes.length === 0) return [];
      return [{ project: plan.project, service, placement, repository, namespace, volumes }];
    });
  });
}
