import type { KubernetesJob } from './cluster.js';

/** One command, as a list of arguments. */
export type Command = readonly string[];
/** Commands joined by pipes. */
export type Pipeline = readonly Command[];

/** kubectl in the job's namespace. */
export function kubectl(job: KubernetesJob, ...args: readonly string[]): string[] {
  return ['kubectl', '--namespace', job.namespace, ...args];
}

/** Applies a file, in the folder of the tree. */
export function applyFile(path: string): Command {
  return ['kubectl', 'apply', `--filename=${path}`];
}
