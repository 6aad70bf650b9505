import type { RuntimeSettings } from '../../model/policy.js';
import type { Placement } from '../../model/plan.js';
import { runtimeOf } from '../../runtimes/registry.js';
import { IN_CLUSTER } from '../../steps/typed-at.js';

/** Where one types the commands for a placement, as the words before a fence. */
export function whereTyped(placement: Placement, runtimes: RuntimeSettings): string {
  const { by_hand } = runtimeOf(placement.runtime);
  if (by_hand === null) return IN_CLUSTER;
  return `As ${by_hand.typist(placement, runtimes)} on ${placement.host ?? 'the host'}`;
}
