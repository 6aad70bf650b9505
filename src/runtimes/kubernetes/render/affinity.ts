import type { Placement, PlannedVolume } from '../../../model/plan.js';
import { podsOf } from '../workload.js';
import type { Labels } from '../../../model/policy.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The node of the workload's pods, as a pod's `affinity`: of the very pods that claims of a StatefulSet belong to, else
 * of any pod of the workload.
 */
export function besideWorkload(
  { workload }: Pick<Placement, 'workload'>,
  volumes: readonly PlannedVolume[],
  isRequired: boolean,
): Fields {
  const pods = podsOf(workload, volumes);
  const terms =
    pods.length === 0
      ? [nodeOf(workload?.selector ?? {})]
      : pods.map((pod) => nodeOf({ 'statefulset.kubernetes.io/pod-name': pod }));
  return {
    podAffinity: isRequired
      ? { requiredDuringSchedulingIgnoredDuringExecution: terms }
      : {
          preferredDuringSchedulingIgnoredDuringExecution: terms.map((term) => ({
            weight: 100,
            podAffinityTerm: term,
          })),
        },
  };
}

function nodeOf(matchLabels: Labels): Fields {
  return { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels } };
}
