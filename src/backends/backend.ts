import type { Job, JobDraft, JobObject } from '../model/job.js';
import type { Clockwork } from '../schedule/runs.js';

/** A job before it is known where its trigger stands. */
export type Unplaced = Omit<JobDraft, 'object'>;

/** What starts jobs: systemd, a user's systemd, CronJobs, a crond on each node, an operator. */
export interface Backend {
  readonly name: string;
  /** How it reads a cron line where clocks change. */
  readonly clock: Clockwork;
  /** `operator`: it takes no time zone and reads every cron line in UTC, whatever the job's is. */
  readonly zone: Job['zone'];
  /** Kinds that it can run. A runtime that asks it for another is a bug, and throws: never silently no job. */
  readonly kinds: readonly string[] | 'any';
  /**
   * Where the job's trigger stands; everyone else reads it from the job.
   *
   * @param project - part of every installed name
   * @param stem - the kind's word in installed names
   */
  object(job: Unplaced, project: string, stem: string): JobObject;
}
