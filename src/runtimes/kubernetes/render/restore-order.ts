import { labels, objectName } from '../../../names/objects.js';
import { header } from '../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';
import type { KubernetesJob } from './cluster.js';
import { fileOf } from './names.js';

/** An object for `kubectl apply`. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** File of what an operator is told to restore a claim. */
export function orderPath({ namespace, service }: KubernetesJob, claim: string): string {
  return `kubernetes/${namespace}/restore/orders/${service.service_id}/${claim}.yaml`;
}

/** Name of that order. */
export function orderName({ project }: KubernetesJob, claim: string): string {
  return objectName(project, 'restore', claim);
}

export function orderMetadata(job: KubernetesJob, claim: string): Manifest['metadata'] {
  const { project, namespace, service } = job;
  return { name: orderName(job, claim), namespace, labels: labels(project, service.service_id, 'restore') };
}

/** An object that an operator, or the storage, acts upon once. A person applies it. */
export function restoreObjectFile(
  job: KubernetesJob,
  { plan, templates }: TargetInput,
  path: string,
  about: string,
  manifest: Manifest,
): RenderedFile {
  const context = { header: header(plan, job.service.contract), service_id: job.service.service_id, about };
  return fileOf(
    job,
    path,
    templates.render('kubernetes/restore-object.yaml.hbs', { ...context, ...manifest }),
  );
}
