import type { Backend } from '../backends/backend.js';
import type { Retention } from '../contract/contract.js';
import type { Job, Place, SnapshotIdentity, Source, Store } from '../model/job.js';
import type { Placement, PlannedVolume, ServicePlan } from '../plan/plan.js';
import type { Policy } from '../policy/policy.js';

/** What a runtime may see of the policy. */
export type RuntimePolicy = Pick<Policy, 'project' | 'runtimes'> & {
  readonly repositories: readonly Pick<Policy['repositories'][number], 'name' | 'url'>[];
};

export type PlannedService = Omit<ServicePlan, 'placements'>;

/** One job that a runtime asks for: what belongs into one snapshot, who runs it, and where it goes. */
export interface Part {
  /** The kind of job that takes it up. */
  readonly kind: string;
  /** Tells several parts of one kind apart. */
  readonly name: string | null;
  readonly place: Place;
  readonly backend: Backend;
  readonly store: Store;
  readonly sources: readonly Source[];
  readonly snapshot: SnapshotIdentity | null;
  readonly retention: Retention | null;
  readonly facts: Job['facts'];
}

/** A fact of jobs whose change matters to people, and where they set it. */
export interface WatchedFact {
  readonly code: 'STW824' | 'STW825';
  /** Key below the runtime's own settings in the policy. */
  readonly key: string;
  /** What a job says of it; null where it says nothing. */
  readonly valueOf: (job: Job) => string | null;
  /** Files in which a user's own template may write it otherwise: the first group is the value. */
  readonly files: RegExp;
  readonly written: RegExp;
  readonly message: string;
  readonly hint: string;
}

/** Everything that knows a runtime's name. Pure. */
export interface Runtime {
  readonly name: string;
  /**
   * Every volume that is backed up, in exactly one part, or in none where it cannot be: planning says which are left
   * over. What a runtime does not know it must not take for a folder: the union of sources makes the choice explicit.
   */
  parts(policy: RuntimePolicy, service: PlannedService, placement: Placement): readonly Part[];
  /** Whether a check of its own says already that nothing can back up a volume. */
  isRefused(placement: Placement, volume: PlannedVolume): boolean;
  readonly watched: readonly WatchedFact[];
}

/** What every source says of the volume that it holds. */
export function held({ volume, snapshot_path, exclude, allow_empty }: PlannedVolume) {
  return { volumes: [volume], snapshot_path, exclude, allow_empty };
}
