import { header } from '../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';
import type { KubernetesJob } from './cluster.js';
import { fileOf } from './names.js';

/**
 * What an operator wants to find on the workload itself, as a kustomize component that the workload's own
 * kustomization includes: the workload is no part of this tree.
 */
export function componentFile(
  job: KubernetesJob,
  { plan, templates }: TargetInput,
  template: string,
  context: Readonly<Record<string, unknown>>,
): RenderedFile {
  const { service, namespace } = job;
  return fileOf(
    job,
    `kubernetes/${namespace}/workloads/${service.service_id}/kustomization.yaml`,
    templates.render(template, {
      header: header(plan, service.contract),
      service_name: service.service_name,
      namespace: literal(namespace),
      ...context,
    }),
  );
}

/** kustomize reads a target's names as regular expressions, anchored at both ends. */
export function literal(name: string): string {
  return name.replaceAll('.', '\\.');
}

/** A strategic merge patch; kustomize wants a name in it, and takes that of the target. */
export function jsonPatch(body: { readonly metadata?: object; readonly spec?: object }): string {
  const { metadata, ...rest } = body;
  const named = { apiVersion: 'v1', kind: 'any', metadata: { name: 'any', ...metadata }, ...rest };
  return `${JSON.stringify(named)}\n`;
}
