import type { Backend } from '../backends/backend.js';
import type { Retention } from '../model/contract.js';
import type { Job, Place, SnapshotIdentity, Source, Store } from '../model/job.js';

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
