import type { ServicePlan } from '../../../model/plan.js';
import type { KubernetesSettings } from '../settings.js';
import type { Step, Typed } from '../../../model/guide.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';
import type { KubernetesJob, Namespace } from '../render/cluster.js';
import type { Contents, Script } from '../render/contents.js';
import type { PodSecurityLevel } from '../render/security.js';

/** The half of a method that renders. It stands apart from the other, because planning needs no templates. */
export interface MethodRenderer {
  /** Kinds of the objects that are its jobs, as `kubectl get` takes them; besides CronJobs, which maintenance needs. */
  readonly kinds: readonly string[];
  /** Everything in a namespace's folder that is about its services. */
  files(namespace: Namespace, input: TargetInput): Contents;
  /** Scripts that its pods run; left out where an operator brings pods of its own. */
  scripts?(namespace: Namespace, settings: KubernetesSettings): readonly Script[];
  /** Secrets that it needs besides those of repositories that its jobs use. */
  secrets?(job: KubernetesJob): readonly string[];
  /** The Pod Security level that the namespace of a service has to allow. */
  level(job: KubernetesJob): PodSecurityLevel;
  /** Where an operator puts what it backs up, and what it does not look at, for people; empty for restic's own jobs. */
  stored(service: ServicePlan): string;
  /** How a person restores a service. */
  steps(job: KubernetesJob, settings: KubernetesSettings): Step[];
  /** What steps apply and pages show whole, for whoever has a page and no tree. */
  applied?(job: KubernetesJob, input: TargetInput): readonly RenderedFile[];
  /** How a backup that takes longer than its timeout is run to its end. An operator has no part in that. */
  firstBackup?(jobs: readonly KubernetesJob[], settings: KubernetesSettings): Typed[];
}
