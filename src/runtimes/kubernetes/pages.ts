import type { BackupPlan, Placement, RepositoryPlan, ServicePlan } from '../../model/plan.js';
import type { RuntimeSettings } from '../../model/policy.js';
import type { Step, Typed } from '../../model/guide.js';
import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import type { ClusterPages, GuidePlace, NamespaceRow, Shell } from '../runtime.js';
import { nodesPointer } from './deployment-key.js';
import { methodOf } from './methods/registry.js';
import type { MethodRenderer } from './methods/renderer.js';
import { rendererOf } from './methods/renderers.js';
import { isPerNode } from './methods/restic/restore.js';
import {
  kubernetesJobAt,
  kubernetesJobs,
  namespaces,
  type KubernetesJob,
  type Namespace,
} from './render/cluster.js';
import { csiSteps } from './render/csi-snapshot.js';
import { usedRepositories } from './render/namespace-files.js';
import { secretName } from './render/pod.js';
import { maintenanceShell, shellOf } from './render/shell.js';
import { settingsOf, type KubernetesSettings } from './settings.js';

export const pages: ClusterPages = {
  restic: (runtimes) => methodOf(settingsOf(runtimes)).restic,
  operatorText,
  applied,
  isPerNode: (volume, runtimes) => isPerNode(settingsOf(runtimes), volume),
  nodesAt: nodesPointer,
  firstBackup,
  shell,
  namespaces: namespaceRows,
  // Maintenance is CronJobs, whoever backs up.
  job_kinds: (runtimes) => ['cronjobs', ...rendererOf(settingsOf(runtimes)).kinds],
};

/** Restoring on Kubernetes: every command is typed where `kubectl` reaches the cluster. */
export function guide({ placement }: GuidePlace, { plan, runtimes }: TargetInput): Step[] {
  const job = kubernetesJobAt(plan, placement);
  return job === undefined ? [] : kubernetesSteps(job, settingsOf(runtimes));
}

export function kubernetesSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  return [...csiSteps(job, settings), ...rendererOf(settings).steps(job, settings)];
}

function operatorText(service: ServicePlan, placement: Placement, runtimes: RuntimeSettings): string {
  const stored = rendererOf(settingsOf(runtimes)).stored(service);
  const unheard = placement.not_honoured ?? [];
  if (stored === '' || unheard.length === 0) return stored;
  return `${stored} What the policy says of ${unheard.join(', ')} is not done.`;
}

function applied(placement: Placement, input: TargetInput): readonly RenderedFile[] {
  const job = kubernetesJobAt(input.plan, placement);
  const renderer = rendererOf(settingsOf(input.runtimes));
  return job === undefined ? [] : (renderer.applied?.(job, input) ?? []);
}

function firstBackup(repository: RepositoryPlan, { plan, runtimes }: TargetInput): Typed[] {
  const jobs = kubernetesJobs(plan).filter((job) => job.repository === repository);
  return rendererOf(settingsOf(runtimes)).firstBackup?.(jobs, settingsOf(runtimes)) ?? [];
}

function shell(project: string, repository: RepositoryPlan): Shell | null {
  const place = maintenanceShell(project, repository);
  return place === null ? null : shellOf(place);
}

function namespaceRows(plan: BackupPlan, runtimes: RuntimeSettings): NamespaceRow[] {
  const renderer = rendererOf(settingsOf(runtimes));
  return namespaces(plan).map((namespace) => namespaceRow(namespace, renderer));
}

function namespaceRow(namespace: Namespace, renderer: MethodRenderer): NamespaceRow {
  const { name, jobs, maintained } = namespace;
  const repositories = [...usedRepositories(namespace), ...maintained];
  const names = [...jobs.flatMap((job) => renderer.secrets?.(job) ?? []), ...repositories.map(secretName)];
  return {
    name,
    jobs: jobs.length,
    secrets: [...new Set(names)].sort(),
    level: jobs.some((job) => renderer.level(job) === 'privileged') ? 'privileged' : 'restricted',
  };
}
