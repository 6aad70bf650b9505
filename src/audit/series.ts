import { groupBy } from '../lookup/group.js';
import type { SnapshotIdentity } from '../model/job.js';
import type { Snapshot } from './snapshots.js';

/** Whether a snapshot holds all that it should: `incomplete` where its client marked it and nobody accepted it. */
export type SnapshotState = 'complete' | 'incomplete';

export interface JudgedSnapshot extends Snapshot {
  readonly state: SnapshotState;
}

/** Snapshots of one host with the same tags that no job took. */
export interface Left {
  readonly snapshots: readonly Snapshot[];
  /** Whether no other snapshot of the host has these tags. */
  readonly are_all: boolean;
}

/** What a client writes of an incomplete snapshot goes under its host and this. */
const MARKED = '.incomplete';
const PART = 'part:';

/**
 * The snapshots of one repository, told apart as its clients do (`_series.sh`): a marker is a snapshot of the host
 * `HOST.incomplete` with the tag `incomplete:ID`, or `accepted:ID` where a person takes the snapshot for good. Maintenance
 * settles the matter: then the snapshot itself has the tag `incomplete:HOST` and that of its service no longer.
 */
export class Repository {
  readonly #marked = new Set<string>();
  readonly #accepted = new Set<string>();
  readonly #byHost: ReadonlyMap<string, readonly Snapshot[]>;
  readonly #byTag: ReadonlyMap<string, readonly { readonly snapshot: Snapshot }[]>;
  readonly #all: readonly Snapshot[];
  readonly #taken = new Set<Snapshot>();

  constructor(snapshots: readonly Snapshot[]) {
    for (const { hostname, tags } of snapshots) {
      if (!hostname.endsWith(MARKED)) continue;
      for (const tag of tags) {
        const [, word, id = ''] = /^(incomplete|accepted):([0-9a-f]+)$/.exec(tag) ?? [];
        if (word !== undefined) (word === 'incomplete' ? this.#marked : this.#accepted).add(id);
      }
    }
    this.#all = snapshots.filter((snapshot) => !isMarker(snapshot));
    this.#byHost = groupBy(this.#all, ({ hostname }) => hostname);
    const tagged = this.#all.flatMap((snapshot) => snapshot.tags.map((tag) => ({ tag, snapshot })));
    this.#byTag = groupBy(tagged, ({ tag }) => tag);
  }

  /** The snapshots of one job, the newest first; they are nobody else's from now on. */
  take({ host, tags }: SnapshotIdentity): JudgedSnapshot[] {
    const candidates =
      host === null
        ? (this.#byTag.get(tags[0] ?? '') ?? []).map(({ snapshot }) => snapshot)
        : (this.#byHost.get(host) ?? []);
    const found = candidates.filter((snapshot) => isOf(snapshot, tags));
    for (const snapshot of found) this.#taken.add(snapshot);
    return found
      .map((snapshot) => ({ ...snapshot, state: this.#stateOf(snapshot) }))
      .sort((a, b) => b.time - a.time);
  }

  /** Whether a person has said that a snapshot is good as it is. */
  isAccepted({ id, original }: Snapshot): boolean {
    return this.#accepted.has(id) || (original !== null && this.#accepted.has(original));
  }

  /** Those that no job took, by host and tags. */
  left(): Left[] {
    const left = this.#all.filter((snapshot) => !this.#taken.has(snapshot));
    const groups = groupBy(left, ({ hostname, tags }) => JSON.stringify([hostname, [...tags].sort()]));
    return [...groups.values()].map((snapshots) => ({ snapshots, are_all: this.#areAll(snapshots) }));
  }

  #areAll(group: readonly Snapshot[]): boolean {
    const [{ hostname, tags } = { hostname: '', tags: [] as readonly string[] }] = group;
    const alike = this.#byHost.get(hostname)?.filter((one) => tags.every((tag) => one.tags.includes(tag)));
    return alike?.length === group.length;
  }

  #stateOf(snapshot: Snapshot): SnapshotState {
    const { id, original, hostname, tags } = snapshot;
    if (this.isAccepted(snapshot)) return 'complete';
    const isMarked = this.#marked.has(id) || (original !== null && this.#marked.has(original));
    return isMarked || tags.includes(`incomplete:${hostname}`) ? 'incomplete' : 'complete';
  }
}

function isMarker({ hostname, tags }: Snapshot): boolean {
  return hostname.endsWith(MARKED) && tags.some((tag) => /^(?:incomplete|accepted):/.test(tag));
}

/** Settled ones have lost the tag of the service, the first of them. What is tagged as another part is a series of its own. */
function isOf({ hostname, tags }: Snapshot, wanted: readonly string[]): boolean {
  const [, ...others] = wanted;
  const needed = tags.includes(`incomplete:${hostname}`) ? others : wanted;
  return (
    needed.every((tag) => tags.includes(tag)) &&
    tags.every((tag) => !tag.startsWith(PART) || wanted.includes(tag))
  );
}
