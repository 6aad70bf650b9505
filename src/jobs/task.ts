import type { Job } from '../model/job.js';
import type { ServicePlan } from '../model/plan.js';

/** What the jobs of a kind run, without a word about who runs it. */
export interface Task {
  /** What its units say of it, before the name of the repository: `Remove unused data from`. */
  readonly does: string;
  /** What its triggers are for, before the name of the repository: `prune`. */
  readonly when: string;
  /** Whether it may watch something for hours, so that nothing may wait for its end, and waits for its repository itself. */
  readonly is_watch: boolean;
  readonly command: ResticCommand | ScriptCommand;
  /** A script about each service that the job covers; their folder is the last argument of the command. */
  readonly each_service: ServiceScript | null;
}

interface ResticCommand {
  /** `restic prune` */
  readonly restic: string;
  readonly options: readonly (readonly [name: string, value: string])[];
}

interface ScriptCommand {
  /** `templates/host/<script>.sh.hbs`; a host installs it, a pod mounts it. */
  readonly script: string;
  readonly args: (job: Job) => readonly string[];
}

interface ServiceScript {
  readonly template: string;
  /**
   * What the template needs to know.
   *
   * @param library where the place of the job has our scripts
   */
  readonly context: (service: ServicePlan, library: string) => Record<string, unknown>;
}
