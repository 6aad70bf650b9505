import type { ServicePlan } from '../../model/plan.js';
import { serviceTag } from '../../model/service-tag.js';
import { keepOptions } from '../../retention/options.js';

/** What `forget-service.sh` needs to know of a service. */
export function retentionContext(service: ServicePlan, library: string): Record<string, unknown> {
  return {
    apply_retention: `${library}/apply-retention.sh`,
    tag: serviceTag(service),
    hosts: [...new Set(service.placements.map(({ snapshot_host }) => snapshot_host))].sort(),
    keep: keepOptions(service.retention),
  };
}
