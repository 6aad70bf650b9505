import type { BackupPlan } from '../model/plan.js';

/** One side of a change: the plan, and the files that it renders to, by path. */
export interface Side {
  readonly plan: BackupPlan;
  readonly files: ReadonlyMap<string, string>;
  /** Set for a state from before projects had names: it is shown under today's, and was installed without any. */
  readonly isUnnamed?: boolean;
}

/** The side that is looked at, with what tells the user's templates from ours. */
export interface NewSide extends Side {
  /** The files without the user's own templates: what stowage itself would make of the plan. */
  readonly plain: ReadonlyMap<string, string>;
}
