import type { ServicePlan } from '../model/plan.js';
import { step, type Command, type Step } from '../model/guide.js';

/**
 * The contract's own health check, typed after a restore; nothing for a contract without one.
 *
 * @param prefix what runs a command where the workload is, such as `podman exec NAME`; null where nobody knows
 */
export function verifySteps(service: ServicePlan, prefix: Command | null): Step[] {
  const health = service.health_cmd;
  if (health.length === 0) return [];
  const text = 'The service must answer its own health check.';
  // A script of several lines cannot be copied out of a page as one line.
  if (health.some((argument) => argument.includes('\n'))) {
    return [step('Verify', `${text} It is a script: health.cmd in ${service.contract}.`, [])];
  }
  if (prefix !== null) return [step('Verify', text, [[...prefix, ...health]])];
  return [step('Verify', `${text} Run health.cmd of ${service.contract} where the workload is.`, [])];
}
