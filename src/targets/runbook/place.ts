import type { MaintenancePlace, RuntimeSettings } from '../../policy/policy.js';
import type { Placement } from '../../plan/plan.js';

/** Where one types the commands for a placement, as the words before a fence. */
export function whereTyped(placement: Placement, runtimes: RuntimeSettings): string {
  if (placement.runtime === 'kubernetes') return IN_CLUSTER;
  const host = placement.host ?? 'the host';
  if (placement.scope !== 'user') return `As root on ${host}`;
  const { user } = runtimes.podman;
  return user === null ? `As the user of the containers on ${host}` : `As ${user} on ${host}`;
}

/** Where one types the commands for a repository's jobs. */
export function whereMaintained(maintenance: MaintenancePlace): string {
  return maintenance.kind === 'host' ? `As root on ${maintenance.host}` : IN_CLUSTER;
}

export const IN_CLUSTER = 'Where kubectl reaches the cluster';

export const IN_TREE = `${IN_CLUSTER}, in the folder of the rendered tree`;
