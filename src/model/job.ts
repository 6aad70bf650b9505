import type { Retention } from './contract.js';
import type { Labels } from './policy.js';
import type { JobSchedule } from '../schedule/job-schedule.js';
import type { Clockwork } from '../schedule/runs.js';

/**
 * Where bytes come from. Closed: whoever adds a kind is told by the compiler who must say what it does with it. There is
 * no `else` that means "a folder of this host": a folder of a cluster's node is a kind of its own for that reason.
 */
export type Source = FolderSource | NodeSource | ClaimSource | StreamSource | RepositorySource;

/** What every source of a backup says about itself; `volumes` is more than one for the disks of a guest. */
export interface Held {
  /** Names of the persistent volumes that it holds. */
  readonly volumes: readonly string[];
  /** `/backup/<service>/<volume>`: what restic sees, on every runtime. */
  readonly snapshot_path: string;
  readonly exclude: readonly string[];
  readonly allow_empty: boolean;
}

/** A directory of the host that the job runs on: a bind mount, the mountpoint of an engine's volume. */
export interface FolderSource extends Held {
  readonly at: 'folder';
  readonly path: string;
  /** `home`: the path begins at the home folder of the place's user, which only the host knows. */
  readonly base: 'root' | 'home';
  /** The engine that can say whether the volume is there, and where. */
  readonly engine: { readonly name: string; readonly volume: string; readonly suffix: string } | null;
}

/** A hostPath: on whichever node the job runs. */
export interface NodeSource extends Held {
  readonly at: 'node';
  readonly path: string;
  readonly is_file: boolean;
}

/** A claim of a cluster, or a part of one. */
export interface ClaimSource extends Held {
  readonly at: 'claim';
  readonly namespace: string;
  readonly claim: string;
  readonly suffix: string;
}

/** What a program writes: vzdump, a database's dump. */
export interface StreamSource extends Held {
  readonly at: 'stream';
  readonly producer: { readonly engine: string; readonly of: string };
  /** `spool`: a file first, beside the job's other sources. `pipe`: restic's stdin, so nothing else is in the snapshot. */
  readonly transfer: 'spool' | 'pipe';
}

/** Snapshots that are there already: what copies and drills read. */
export interface RepositorySource {
  readonly at: 'repository';
  readonly repository: string;
  /** Ids of the jobs whose snapshots are read. */
  readonly of: readonly string[];
}

/** Where a job runs. Names no runtime: hosts of all runtimes share one folder, one installer, one list. */
export type Place = HostPlace | ClusterPlace;

/** A machine that systemd runs jobs on. */
export interface HostPlace {
  readonly on: 'host';
  /** Null: on whichever host people install it on. Then `folder` still tells the runtimes apart. */
  readonly host: string | null;
  /** systemd's own word: the system's manager, or that of the user whose containers run without root. */
  readonly manager: 'system' | 'user';
  /** `hosts/web1`, `hosts/any/docker`, `hosts/web1/user`: what one installer installs. */
  readonly folder: string;
}

/** A namespace of a cluster. */
export interface ClusterPlace {
  readonly on: 'cluster';
  /** Null while a policy knows one cluster. */
  readonly cluster: string | null;
  /** The workload's; an operator's object may have to lie in another one: see `JobObject`. */
  readonly namespace: string;
  /** Each of these nodes runs the job for itself; null for one run on some node. */
  readonly nodes: Labels | null;
  readonly folder: string;
}

/** Where what a job makes is kept, or what it keeps in order. */
export type Store =
  | { readonly in: 'repository'; readonly name: string }
  /** A restic repository below the policy's own, as VolSync needs one for each claim: our maintenance never sees it. */
  | { readonly in: 'below-repository'; readonly name: string; readonly url: string }
  /** Not restic's: Velero's backup location. */
  | { readonly in: 'operator'; readonly operator: string };

/** By what a snapshot is found again, on whatever runtime it was made. */
export interface SnapshotIdentity {
  /** restic's `--host`; null where an operator chooses it. */
  readonly host: string | null;
  readonly tags: readonly string[];
  readonly forgotten_by: 'forget-job' | 'operator';
}

/** How a job uses a repository: `restic copy` locks two, so a job has a list. */
export interface Lock {
  readonly repository: string;
  readonly mode: 'shared' | 'exclusive';
}

/** The one thing in the output tree that starts a job, and that people start by hand. */
export interface JobObject {
  /** Of the tree. One file may hold several: the CronJobs of a repository, a crontab. */
  readonly file: string;
  /** Name of the unit or object, as `systemctl` and `kubectl` take it. */
  readonly name: string;
  /** Which of an object's several triggers: a crontab's line, `backup` of a K8up Schedule. */
  readonly entry: string | null;
  /** Of the object; null on hosts. */
  readonly namespace: string | null;
}

/** One trigger of one scheduler, and at most one group of snapshots. Plain and serialisable. */
export interface Job {
  /** Unique and stable: what `diff` pairs, and what later jobs name: `backup:photos@web1`. */
  readonly id: string;
  readonly kind: string;
  readonly service: string | null;
  /** Tells the jobs of one kind of one service in one place apart: `hostpath`, a claim. */
  readonly part: string | null;
  /** For people and filters (`--runtime`); nothing decides by it. Null for what serves all. */
  readonly runtime: string | null;
  readonly place: Place;
  /** Null for what keeps nothing: a drill only has sources. */
  readonly store: Store | null;
  /** What starts it. */
  readonly backend: string;
  readonly object: JobObject;
  readonly schedule: JobSchedule;
  /** How the backend reads a cron line where clocks change. */
  readonly clock: Clockwork;
  /** `operator`: it takes no time zone and reads every cron line in its own, which the schedule is in. */
  readonly zone: 'job' | 'operator';
  /** Null where nothing limits it. */
  readonly timeout_minutes: number | null;
  readonly locks: readonly Lock[];
  readonly sources: readonly Source[];
  /** Services that a job of a repository has something to do for, sorted: forget's scripts, a copy's filters. */
  readonly covers: readonly string[];
  readonly snapshot: SnapshotIdentity | null;
  readonly retention: Retention | null;
  /** Image, method, vzdump mode …: what review compares, never parsed out of rendered text. */
  readonly facts: Readonly<Record<string, string>>;
}

/** When a job wants to run, before planning has chosen the minute. */
export type Wish =
  /** Anywhere in `spread` minutes after each time of the expression; `weight` as a large volume counts for more. */
  | {
      readonly at: 'window';
      readonly expression: string;
      readonly timezone: string;
      readonly spread: number;
      readonly weight: number;
    }
  /** Near another job and clear of everything that locks the same repository: an operator's own prune. */
  | { readonly at: 'near'; readonly job: string };

/** A job without its time: what kinds make, and what placing in time completes. */
export type JobDraft = Omit<Job, 'schedule'> & { readonly wish: Wish };

/** The repositories that a job has to do with, for filters and credentials. Velero's jobs have none. */
export function repositoriesOf({ store, sources }: Pick<Job, 'store' | 'sources'>): string[] {
  const read = sources.flatMap((source) => (source.at === 'repository' ? [source.repository] : []));
  return [...new Set([...(store !== null && 'name' in store ? [store.name] : []), ...read])];
}

/** Names of the persistent volumes that a job saves. */
export function volumesOf({ sources }: Pick<Job, 'sources'>): string[] {
  return sources.flatMap((source) => ('volumes' in source ? source.volumes : []));
}

/** Whether a job needs a repository alone. */
export function isExclusive({ locks }: Pick<Job, 'locks'>): boolean {
  return locks.some(({ mode }) => mode === 'exclusive');
}

/** Whether a job saves nothing and keeps nobody out: it is no load that the day has to be shared for. */
export function isLight({ sources, locks }: Pick<Job, 'sources' | 'locks'>): boolean {
  return sources.length === 0 && locks.length === 0;
}

/** `backup:photos@web1`, `backup:app/hostpath@kubernetes/media`, `prune:main@backup1`. */
export function jobId(kind: string, subject: string, part: string | null, place: Place): string {
  return `${kind}:${subject}${part === null ? '' : `/${part}`}@${place.folder.replace(/^hosts\//, '')}`;
}
