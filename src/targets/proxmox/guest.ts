import type { ServicePlan } from '../../plan/plan.js';

/**
 * Tags of a guest's dumps: one more than those of the service's bind mounts, which the same host backs up under the same
 * `--host`. forget keeps the newest of each day per host and tags; without it one of the two would lose its day.
 */
export function guestTags(service: ServicePlan): string[] {
  return [...service.tags, 'part:guest'];
}
