import type { ServicePlan } from '../model/plan.js';

/**
 * What to look for in owners and modes after a restore.
 *
 * @param ids whose ids restored files have; null where that goes without saying
 */
export function restoredOwners({ run_as_user, run_as_group }: ServicePlan, ids: string | null): string {
  const restored = 'Files come back with the owners and modes that they had';
  const workload =
    run_as_user === null
      ? ''
      : `; the workload runs as user ${run_as_user}, group ${run_as_group ?? run_as_user}`;
  return [`${restored}${workload}.`, ...(ids === null ? [] : [ids])].join(' ');
}
