import type { Placement, ServicePlan } from '../../model/plan.js';
import { runtimeOf } from '../../runtimes/registry.js';
import { restoredOwners } from '../../steps/owners.js';

/** What to look for in owners and modes after a restore in one placement. */
export function ownerText(service: ServicePlan, placement: Placement): string {
  return restoredOwners(service, runtimeOf(placement.runtime).by_hand?.owners(placement) ?? null);
}
