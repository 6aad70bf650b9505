import type { ServicePlan } from '../model/plan.js';
import { keepOptions } from '../retention/options.js';
import { serviceTag } from './backup-options.js';

/**
 * What `forget-service.sh` needs to know of a service.
 *
 * @param script where the place that maintains the repository has `apply-retention.sh`
 */
export function retentionContext(service: ServicePlan, script: string): Record<string, unknown> {
  return {
    apply_retention: script,
    tag: serviceTag(service),
    hosts: [...new Set(service.placements.map(({ snapshot_host }) => snapshot_host))].sort(),
    keep: keepOptions(service.retention),
  };
}
