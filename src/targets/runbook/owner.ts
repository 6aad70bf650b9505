import type { Placement, ServicePlan } from '../../plan/plan.js';
import { runtimeOf } from '../../runtimes/registry.js';

/** What to look for in owners and modes after a restore. */
export function ownerText({ run_as_user, run_as_group }: ServicePlan, placement: Placement): string {
  const restored = 'Files come back with the owners and modes that they had';
  const workload =
    run_as_user === null
      ? ''
      : `; the workload runs as user ${run_as_user}, group ${run_as_group ?? run_as_user}`;
  const ids = runtimeOf(placement.runtime).by_hand?.owners(placement) ?? null;
  return [`${restored}${workload}.`, ...(ids === null ? [] : [ids])].join(' ');
}
