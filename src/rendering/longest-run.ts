import type { ServicePlan } from '../model/plan.js';

/** Minutes that a backup may work. Throws where nothing ends it: restic's own jobs and K8up's always are. */
export function timeoutOf({ service_id, timeout }: ServicePlan): number {
  if (timeout === null) throw new Error(`nothing ends a backup of ${service_id}`);
  return timeout;
}

/**
 * Minutes after which a job of ours is stopped: `timeout` for its work, and what it may wait for another's lock before. So a
 * dead lock, which goes within the hour, costs no backup its time. Throws as {@link timeoutOf} does.
 */
export function longestRun(service: ServicePlan): number {
  return timeoutOf(service) + (service.retry_lock ?? 0);
}
