import type { ServicePlan } from './plan.js';

/**
 * Minutes after which a job is stopped: `timeout` for its work, and what it may wait for another's lock before. So a dead
 * lock, which goes within the hour, costs no backup its time. Throws where nothing ends it: jobs of ours always are.
 */
export function longestRun({ service_id, timeout, retry_lock }: ServicePlan): number {
  if (timeout === null) throw new Error(`nothing ends a backup of ${service_id}`);
  return timeout + (retry_lock ?? 0);
}
