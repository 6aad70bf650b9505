import { installedName } from '../../../names/installed.js';
import { objectName, serviceFile } from '../../../names/objects.js';
import type { RenderedFile } from '../../../rendering/file.js';
import type { KubernetesJob } from './cluster.js';

/** The job of a service, or what an operator reads in its place. */
export function backupName({ project, service }: KubernetesJob): string {
  return objectName(project, 'backup', service.service_id);
}

/** Name of the pod in which a person restores a service. */
export function restorePodName({ project, service }: KubernetesJob): string {
  return objectName(project, 'restore', service.service_id);
}

/** Name of the pod in which a person loads a dump of a service. */
export function restoreDumpName({ project, service }: KubernetesJob, dump: string): string {
  return objectName(project, 'restore-dump', `${service.service_id}-${dump}`);
}

/** How the names of all schedulers of a project begin, and of their pods. */
export function schedulerPrefix(project: string): string {
  return installedName(project, 'hostpath', '');
}

/** A file that is about one service. */
export function fileOf({ service }: KubernetesJob, path: string, content: string): RenderedFile {
  return {
    path,
    content,
    mode: 0o644,
    sources: [service.contract],
    service: service.service_id,
    runtime: 'kubernetes',
  };
}

/** The file of a service in its namespace's folder: what is applied. */
export function serviceRendered(job: KubernetesJob, content: string): RenderedFile {
  return fileOf(job, `kubernetes/${job.namespace}/${serviceFile(job.service.service_id)}`, content);
}
