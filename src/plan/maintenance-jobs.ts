import type { Policy } from '../policy/policy.js';
import { MAINTENANCE_KINDS, type MaintenanceKind } from './maintenance-times.js';
import type { Placement, RepositoryPlan, ServicePlan } from './plan.js';

/**
 * The maintenance that a repository needs: none where no job of the plan writes into it. Velero keeps its backups elsewhere,
 * and VolSync those of each claim in a repository of its own; K8up forgets what it has made.
 *
 * @param services that name the repository
 */
export function neededMaintenance(policy: Policy, services: readonly ServicePlan[]): MaintenanceKind[] {
  if (services.some((service) => ownBackups(policy, service).length > 0)) return [...MAINTENANCE_KINDS];
  const isUsed = services.some(({ placements }) => placements.some(backsUp));
  return isUsed && policy.runtimes.kubernetes.method === 'k8up' ? ['prune', 'check'] : [];
}

/** Where jobs of the plan back a service up with restic's own `--host`; an operator gives its snapshots names of its own. */
export function ownBackups(policy: Policy, { placements }: ServicePlan): Placement[] {
  const isOperators = policy.runtimes.kubernetes.method !== 'restic';
  return placements.filter(
    (placement) => backsUp(placement) && !(isOperators && placement.runtime === 'kubernetes'),
  );
}

/** Of a plan that an older version has written: all there is. */
export function maintenanceOf({ maintenance_jobs: jobs }: RepositoryPlan): readonly MaintenanceKind[] {
  return jobs ?? MAINTENANCE_KINDS;
}

/** Whether anybody looks after a repository: something is backed up into it. */
export function isMaintained(repository: RepositoryPlan): boolean {
  return maintenanceOf(repository).length > 0;
}

function backsUp({ volumes, obstacles }: Placement): boolean {
  return obstacles.length === 0 && volumes.some((volume) => volume.backed_up);
}
