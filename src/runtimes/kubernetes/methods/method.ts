import type { ClaimSource, ClusterPlace, NodeSource } from '../../../model/job.js';
import type { Placement } from '../../../plan/plan.js';
import type { KubernetesSettings } from '../../../policy/policy.js';
import type { Part, PlannedService, RuntimePolicy } from '../../runtime.js';

/** Everything that one service has on a cluster and that is backed up. */
export interface Backed {
  readonly service: PlannedService;
  readonly placement: Placement;
  readonly place: ClusterPlace;
  readonly settings: KubernetesSettings;
  readonly policy: RuntimePolicy;
  readonly claims: readonly ClaimSource[];
  readonly nodes: readonly NodeSource[];
}

/** How backups on a cluster are made: jobs of ours, or an operator's objects. */
export interface Method {
  readonly name: KubernetesSettings['method'];
  parts(backed: Backed): readonly Part[];
}
