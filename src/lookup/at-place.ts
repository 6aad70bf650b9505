import type { Placement, ServicePlan } from '../model/plan.js';

const known = new WeakMap<Placement, ServicePlan>();

/** A service as it is in one of its places. The same object whenever it is asked for. */
export function serviceAt(service: ServicePlan, placement: Placement): ServicePlan {
  if (placement.own === undefined) return service;
  const there = known.get(placement) ?? { ...service, ...placement.own };
  known.set(placement, there);
  return there;
}
