import type { Job, JobDraft, Wish } from '../model/job.js';
import type { Placement, RepositoryPlan, PlannedService } from '../model/plan.js';
import type { MaintenanceTime } from '../model/policy.js';
import type { Part } from './part.js';
import type { Task } from './task.js';

/** A part with the time that its service wants. */
export type WishedPart = Part & { readonly wish: Wish };

/** A service in one place, with the parts that its runtime makes of it. Computed once, before any kind expands. */
export interface Placed {
  readonly service: PlannedService;
  readonly placement: Placement;
  readonly parts: readonly WishedPart[];
}

/** A repository, with the times that the policy gives to its own jobs. */
export interface ResolvedRepository {
  readonly repository: RepositoryPlan;
  readonly times: Readonly<Record<string, MaintenanceTime>>;
  readonly timezone: string;
  /** Of its own jobs, from what runs them where it is maintained. */
  readonly facts: Job['facts'];
}

/**
 * Everything that is known before jobs exist. No policy and no contract: a plan that an older version wrote can be
 * resolved too, so that `diff` compares jobs with jobs.
 */
export interface Resolved {
  readonly project: string;
  readonly repositories: readonly ResolvedRepository[];
  readonly placed: readonly Placed[];
}

/** One kind of job. */
export interface JobKind {
  readonly name: string;
  /**
   * How its units and objects are called: `stowage-<project>-<stem>-…`. An interface: installers remove by name. No hyphen,
   * and no word that is taken (`names/installed.ts`).
   */
  readonly stem: string;
  /** What runs; null where whoever made the part renders it: a backup reads what its runtime knows of. */
  readonly task: Task | null;
  /**
   * When it runs unless the policy says otherwise, at `repositories.<name>.<kind>`; `time.schema.json` beside it describes
   * that key. Null where nobody chooses.
   */
  readonly usual_time: MaintenanceTime | null;
  /**
   * The jobs of this kind, without times.
   *
   * @param earlier those of the kinds before it in the registry: forget covers backups, a copy follows them, a drill
   *   reads what they made, a watch knows how old their last may be
   */
  expand(resolved: Resolved, earlier: readonly JobDraft[]): readonly JobDraft[];
}
