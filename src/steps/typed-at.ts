import type { MaintenancePlace } from '../model/policy.js';

/** Where one types the commands for a repository's jobs. */
export function whereMaintained(maintenance: MaintenancePlace): string {
  return maintenance.kind === 'host' ? `As root on ${maintenance.host}` : IN_CLUSTER;
}

export const IN_CLUSTER = 'Where kubectl reaches the cluster';

export const IN_TREE = `${IN_CLUSTER}, in the folder of the rendered tree`;
