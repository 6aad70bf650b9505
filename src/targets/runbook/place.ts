import type { MaintenancePlace, RuntimeSettings } from '../../policy/policy.js';
import type { Placement } from '../../plan/plan.js';
import { runtimeOf } from '../../runtimes/registry.js';

/** Where one types the commands for a placement, as the words before a fence. */
export function whereTyped(placement: Placement, runtimes: RuntimeSettings): string {
  const { by_hand } = runtimeOf(placement.runtime);
  if (by_hand === null) return IN_CLUSTER;
  return `As ${by_hand.typist(placement, runtimes)} on ${placement.host ?? 'the host'}`;
}

/** Where one types the commands for a repository's jobs. */
export function whereMaintained(maintenance: MaintenancePlace): string {
  return maintenance.kind === 'host' ? `As root on ${maintenance.host}` : IN_CLUSTER;
}

export const IN_CLUSTER = 'Where kubectl reaches the cluster';

export const IN_TREE = `${IN_CLUSTER}, in the folder of the rendered tree`;
