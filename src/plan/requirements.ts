import { serviceIndex } from '../lookup/job-index.js';
import { oncePerPlan } from '../lookup/once-per-plan.js';
import type { BackupPlan } from '../model/plan.js';

/** What a walk knows of a service: when it came there, and the earliest that can be reached from it. */
interface Visit {
  readonly id: string;
  readonly index: number;
  low: number;
  /** What it needs and has not been looked at. */
  readonly waiting: string[];
}

/**
 * The circle that each service is in, as a number: two services have the same one when each needs the other, itself or by
 * what it needs. One walk over all of them (Tarjan, "Depth-first search and linear graph algorithms", 1972), without
 * recursion, because chains may be long.
 */
export const circles = oncePerPlan((plan: BackupPlan): ReadonlyMap<string, number> => {
  const services = serviceIndex(plan);
  const found = new Map<string, number>();
  const seen = new Map<string, Visit>();
  const open: Visit[] = [];
  const path: Visit[] = [];
  const enter = (id: string): void => {
    const waiting = (services.get(id)?.requires ?? []).filter((needed) => services.has(needed));
    const visit = { id, index: seen.size, low: seen.size, waiting };
    seen.set(id, visit);
    open.push(visit);
    path.push(visit);
  };
  const leave = (visit: Visit): void => {
    const above = path.at(-1);
    if (above !== undefined) above.low = Math.min(above.low, visit.low);
    if (visit.low !== visit.index) return;
    for (let member = open.pop(); member !== undefined; member = open.pop()) {
      found.set(member.id, visit.index);
      if (member === visit) return;
    }
  };
  for (const { service_id } of plan.services) {
    if (!seen.has(service_id)) enter(service_id);
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const needed = visit.waiting.pop();
      const known = needed === undefined ? undefined : seen.get(needed);
      if (needed === undefined) {
        path.pop();
        leave(visit);
      } else if (known === undefined) {
        enter(needed);
      } else if (!found.has(needed)) {
        visit.low = Math.min(visit.low, known.index);
      }
    }
  }
  return found;
});
