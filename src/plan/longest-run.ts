import type { ServicePlan } from './plan.js';

/**
 * Minutes after which a job is stopped: `timeout` for its work, and what it may wait for another's lock before. So a dead
 * lock, which goes within the hour, costs no backup its time.
 */
export function longestRun({ timeout, retry_lock }: Pick<ServicePlan, 'timeout' | 'retry_lock'>): number {
  return timeout + retry_lock;
}
