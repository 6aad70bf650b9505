import type { Command } from '../../../model/guide.js';
import type { KubernetesJob } from './cluster.js';

/** kubectl in the job's namespace. */
export function kubectl(job: KubernetesJob, ...args: readonly string[]): string[] {
  return ['kubectl', '--namespace', job.namespace, ...args];
}

/** Applies a file, in the folder of the tree. */
export function applyFile(path: string): Command {
  return ['kubectl', 'apply', `--filename=${path}`];
}
