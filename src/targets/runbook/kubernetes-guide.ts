import type { Placement, ServicePlan } from '../../model/plan.js';
import { settingsOf, type KubernetesSettings } from '../../runtimes/kubernetes/settings.js';
import { rendererOf } from '../../runtimes/kubernetes/methods/renderers.js';
import type { KubernetesJob } from '../../runtimes/kubernetes/render/cluster.js';
import { csiSteps } from '../../runtimes/kubernetes/render/csi-snapshot.js';
import type { TargetInput } from '../../rendering/file.js';
import type { Step } from '../../model/guide.js';

/** Restoring on Kubernetes: every command is typed where `kubectl` reaches the cluster. */
export function kubernetesSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  return [...csiSteps(job, settings), ...rendererOf(settings).steps(job, settings)];
}

/** Where an operator puts what it backs up, and what it does not do. Empty where restic itself is run. */
export function operatorText(
  service: ServicePlan,
  placement: Placement,
  { runtimes }: Pick<TargetInput, 'runtimes'>,
): string {
  const stored = rendererOf(settingsOf(runtimes)).stored(service);
  const unheard = placement.not_honoured ?? [];
  if (stored === '' || unheard.length === 0) return stored;
  return `${stored} What the policy says of ${unheard.join(', ')} is not done.`;
}
