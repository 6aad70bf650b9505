import { header } from '../header.js';
import type { RenderedFile, TargetInput } from '../target.js';
import type { KubernetesJob } from './cluster.js';
import { claimLabels } from './k8up.js';
import { claimsOf } from './volsync.js';

/** Workloads whose pods a patch can reach. */
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/**
 * What an operator wants to find on the workload itself, as a kustomize component that the workload's own
 * kustomization includes: the workload is no part of this tree.
 */
export function workloadPatchFiles(
  job: KubernetesJob,
  { plan, runtimes, templates }: TargetInput,
): RenderedFile[] {
  const { method, snapshot } = runtimes.kubernetes;
  const { service, namespace } = job;
  const context = {
    header: header(plan, service.contract),
    service_name: service.service_name,
    namespace: literal(namespace),
  };
  const file = (content: string): RenderedFile[] => [
    {
      path: `kubernetes/${namespace}/workloads/${service.service_id}/kustomization.yaml`,
      content,
      mode: 0o644,
      sources: [service.contract],
      service: service.service_id,
      runtime: 'kubernetes',
    },
  ];
  if (method === 'velero' && snapshot === 'none') {
    const volumes = [...new Set(job.volumes.map((volume) => volume.service_volume ?? volume.volume))].join(
      ',',
    );
    return file(
      templates.render('kubernetes/workload-velero.yaml.hbs', {
        ...context,
        app: literal(job.placement.workload?.name ?? service.service_name),
        kinds: WORKLOADS,
        patch: jsonPatch({
          spec: { template: { metadata: { annotations: { 'backup.velero.io/backup-volumes': volumes } } } },
        }),
      }),
    );
  }
  if (method === 'k8up') {
    const patch = jsonPatch({ metadata: { labels: claimLabels(job) } });
    return file(
      templates.render('kubernetes/workload-k8up.yaml.hbs', {
        ...context,
        claims: claimsOf(job).map(literal),
        patch,
      }),
    );
  }
  return [];
}

/** kustomize reads a target's names as regular expressions, anchored at both ends. */
function literal(name: string): string {
  return name.replaceAll('.', '\\.');
}

/** A strategic merge patch; kustomize wants a name in it, and takes that of the target. */
function jsonPatch(body: { readonly metadata?: object; readonly spec?: object }): string {
  const { metadata, ...rest } = body;
  const named = { apiVersion: 'v1', kind: 'any', metadata: { name: 'any', ...metadata }, ...rest };
  return `${JSON.stringify(named)}\n`;
}
