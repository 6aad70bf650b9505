import type { ServicePlan } from '../../plan/plan.js';

/** What to look for in owners and modes after a restore. */
export function ownerText({ run_as_user, run_as_group }: ServicePlan): string {
  const restored = 'Files come back with the owners and modes that they had';
  if (run_as_user === null) return `${restored}.`;
  return `${restored}; the workload runs as user ${run_as_user}, group ${run_as_group ?? run_as_user}.`;
}
