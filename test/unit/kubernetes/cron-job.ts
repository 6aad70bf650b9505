import { objectsOf, type Fields } from './objects.js';
import { renderProject, type Json } from './project.js';

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly envFrom: readonly Fields[];
  readonly securityContext: Fields;
  readonly volumeMounts: readonly Fields[];
}
export interface PodSpec {
  readonly affinity: { readonly podAffinity: Fields };
  readonly tolerations?: readonly Fields[];
  readonly securityContext: Fields;
  readonly containers: readonly [Container];
  readonly volumes: readonly Fields[];
}
export interface CronJob {
  readonly spec: Fields & {
    readonly jobTemplate: { readonly spec: Fields & { readonly template: { readonly spec: PodSpec } } };
  };
}

/** The CronJob that a contract comes to. */
export function cronJob(service: Json, settings: Json = {}, policy: Json = {}): CronJob {
  const rendered = renderProject([service], settings, policy);
  const [job] = objectsOf(rendered.text(`kubernetes/apps/${String(service.service_id)}.yaml`));
  if (job === undefined) throw new Error('no job');
  return job as unknown as CronJob;
}

export const podOf = (job: CronJob) => job.spec.jobTemplate.spec.template.spec;
