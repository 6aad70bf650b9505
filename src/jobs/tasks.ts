import { kindOf, KINDS } from './registry.js';
import type { Task } from './task.js';
import type { Job } from '../model/job.js';
import { serviceIndex } from '../lookup/job-index.js';
import type { BackupPlan, ServicePlan } from '../model/plan.js';

/** What a job of a repository runs, and its word in names. */
export function taskOf(job: Job): { readonly stem: string; readonly task: Task } {
  const { stem, task } = kindOf(job);
  if (task === null) throw new Error(`nothing says what ${job.id} runs`);
  return { stem, task };
}

/** Names of the scripts that jobs of repositories run, whichever of them there are; sorted. */
export const TASK_SCRIPTS: readonly string[] = KINDS.flatMap(({ task }) =>
  task !== null && 'script' in task.command ? [task.command.script] : [],
).sort();

/** A script that a job has about one of its services. */
export interface ServiceScript {
  /** The word of the job's kind: the folder that it lies in. */
  readonly stem: string;
  readonly service: ServicePlan;
  readonly template: string;
  readonly context: (service: ServicePlan, library: string) => Record<string, unknown>;
}

export function serviceScripts(job: Job, plan: BackupPlan): ServiceScript[] {
  const { stem, task } = taskOf(job);
  const { each_service } = task;
  if (each_service === null) return [];
  const services = serviceIndex(plan);
  return job.covers
    .flatMap((id) => services.get(id) ?? [])
    .map((service) => ({ stem, service, ...each_service }));
}
