import type { Dump } from './dump.js';
import type { Hooks, Quiesce } from './quiesce.js';
import type { SourceDocument, Pointer } from '../source/document.js';

/** The name of a runtime. Whatever document it stands in, it is looked up in the registry when that is read. */
export type RuntimeName = string;

/** What a runtime mounts: `service_volumes[]`, or `services[].volumes[]` under Compose. */
export interface ServiceVolume {
  readonly name: string;
  /** Where the workload sees it; normalised (no trailing slash, no `.` or `..`). */
  readonly target: string;
  /** Bind mount of this absolute host path; null for a managed volume. */
  readonly host_path: string | null;
  /** Whether `host_path` was written as Compose writes it, as a source that is a path: other adapters do not read that. */
  readonly is_source: boolean;
  /** Whether `host_path` is declared to be a single file. */
  readonly is_file: boolean;
  /** The managed volume's name when it differs from `name`. */
  readonly source: string | null;
  /** Compose's `external: true`: made by others, so that its name carries no project. */
  readonly external: boolean;
  /** Kubernetes quantity, as declared. */
  readonly size: string | null;
  readonly pointer: Pointer;
}

/** What must be backed up: `mounts.persistent_volumes[]`. */
export interface PersistentVolume {
  readonly name: string;
  /** The absolute path that the workload sees; normalised. */
  readonly path: string;
  /** Patterns of `storage[].backup.excludes`, as in {@link VolumeSettings.exclude}; left out where there are none. */
  readonly excludes?: readonly { readonly pattern: string; readonly pointer: Pointer }[];
  readonly pointer: Pointer;
}

/** A tmpfs: `mounts.ephemeral_mounts[]`. */
export interface EphemeralMount {
  readonly name: string;
  readonly path: string;
  /** The runtimes it exists on (`apply_to` in live contracts, or `runtimes`); all of them by default. */
  readonly runtimes: readonly RuntimeName[];
  readonly pointer: Pointer;
}

/** How often and how long, as restic forget's `--keep-*` options; counts, or durations for the within forms. */
export interface Retention {
  readonly keep_last?: number;
  readonly keep_hourly?: number;
  readonly keep_daily?: number;
  readonly keep_weekly?: number;
  readonly keep_monthly?: number;
  readonly keep_yearly?: number;
  readonly keep_within?: string;
  readonly keep_within_hourly?: string;
  readonly keep_within_daily?: string;
  readonly keep_within_weekly?: string;
  readonly keep_within_monthly?: string;
  readonly keep_within_yearly?: string;
}

/** The user of our own, root, or a uid. */
export type RunAs = 'restic' | 'root' | number;

/** Settings that the policy's `defaults` give and a contract's `backup:` block overrides key by key. */
export interface BackupSettings {
  /** Name of a repository of the policy. */
  readonly repository: string;
  /** Five-field cron expression or one of the four aliases, as written. */
  readonly schedule: string;
  /** IANA name. */
  readonly timezone: string;
  /** Window for the service's own offset, in minutes. */
  readonly spread: number;
  /** The oldest that the newest snapshot may ever be, in minutes: no two runs may lie further apart. Null for no limit. */
  readonly max_age: number | null;
  readonly retention: Retention;
  /** restic `--exclude` patterns. */
  readonly exclude: readonly string[];
  /** Longest run of one backup, in minutes; systemd `TimeoutStartSec=`, Kubernetes `activeDeadlineSeconds`. */
  readonly timeout: number;
  /** How long restic waits for a lock, in minutes; `--retry-lock`. */
  readonly retry_lock: number;
  /** Whether restic's exit code 3 (some source file unreadable) counts as success. */
  readonly accept_incomplete: boolean;
  /** How much of a volume's files or bytes may be gone since the last accepted snapshot, in percent; 100 for all. */
  readonly max_shrink: number;
  /** Whose eyes read the files on hosts; a number is a uid. */
  readonly run_as: RunAs;
}

/** What people type around a restore in place of what the runtime itself would need; each a program with its arguments. */
export interface Commands {
  readonly stop: readonly string[] | null;
  readonly start: readonly string[] | null;
  /** What runs a command where the workload is; that command follows. */
  readonly exec: readonly string[] | null;
}

/** `backup.volumes.<name>` of a contract. */
export interface VolumeSettings {
  /** Whether it is backed up. */
  readonly enabled: boolean;
  /** Why it is not backed up; never empty when `enabled` is false. */
  readonly reason: string | null;
  /** Added to the service's excludes for this volume. */
  readonly exclude: readonly string[];
  /** Whether an empty volume may be backed up. */
  readonly allow_empty: boolean;
  /** Whether a file system of its own has to be mounted there. */
  readonly mount_point: boolean;
  /** Paths below the volume's root that have to be there; relative, normalised. */
  readonly must_contain: readonly string[];
  /** Minutes; null where its files may be of any age. */
  readonly max_source_age: number | null;
  /** As in {@link BackupSettings}; null for the service's. */
  readonly max_shrink: number | null;
  /** Why files of a database may be copied while it writes them; null where nobody says so. */
  readonly live_copy: string | null;
  /** Names of what holds it, where it is not the usual one; by the key that a runtime has for that, such as `claim`. */
  readonly holders: Readonly<Record<string, string>>;
  /** What differs on one runtime, by its name. */
  readonly runtimes: ReadonlyMap<RuntimeName, RuntimeVolumeSettings>;
  readonly pointer: Pointer;
}

/** `backup.volumes.<name>.runtimes.<runtime>`: over what the volume has for every runtime, key by key. */
export interface RuntimeVolumeSettings {
  /** Null for what the volume says. */
  readonly enabled: boolean | null;
  readonly reason: string | null;
  /** One of the runtime's own words for where a volume may lie; null for the usual one. */
  readonly location: string | null;
  readonly pointer: Pointer;
}

/** Variables of an environment, as far as they tell of a database; null for a value that nobody knows. */
export type Environment = ReadonlyMap<string, string | null>;

/** One of a service's containers, or all that there is of it. */
export interface ContainerHint {
  /** Its number in `services[]`, as in the pointers of its volumes; null for the workload of a contract without any. */
  readonly number: number | null;
  /** Its Compose service; null where it has none. */
  readonly name: string | null;
  /** Null where nothing says which it is. */
  readonly image: string | null;
  /** Entry point and command, one after the other; empty for those of the image. */
  readonly command: readonly string[];
  /** Its own. */
  readonly environment: Environment;
}

/** What tells which databases a service runs. Nothing in it is ever rendered. */
export interface DatabaseHints {
  readonly containers: readonly ContainerHint[];
  /** What every container of the service has. */
  readonly environment: Environment;
  /** What `storage[]` says, by the name of a volume or its path: the word for what it holds, and a file of SQLite. */
  readonly storage: ReadonlyMap<string, { readonly word: string | null; readonly file: string | null }>;
}

/** The `backup:` block of a contract. */
export interface BackupBlock {
  /** Only the keys that the contract gives. */
  readonly settings: Partial<BackupSettings>;
  readonly commands: Commands;
  /** In file order. */
  readonly dumps: readonly Dump[];
  readonly quiesce: Quiesce | null;
  readonly hooks: Hooks | null;
  /** By persistent volume name, in file order; every key names a persistent volume of the contract. */
  readonly volumes: ReadonlyMap<string, VolumeSettings>;
}

/** One service contract: the parts that decide about backups, references resolved, defaults filled in. */
export interface Contract {
  readonly document: SourceDocument;
  readonly service_id: string;
  readonly service_name: string;
  /** What units of systemd and Quadlet are called. */
  readonly service_unit_name: string;
  /** Its Compose services, the one with the health check first; none where that one's name is not known. */
  readonly compose_services: readonly string[];
  /** The name that the contract gives the (first) container; null where the engine chooses one. */
  readonly container_name: string | null;
  /** Whether files with secrets are gone after each deployment, so that only another one can bring them back. */
  readonly shreds_secrets: boolean;
  /** Namespace on Kubernetes. */
  readonly service_namespace: string;
  /** `service_volumes`, in the order of the file. */
  readonly service_volumes: readonly ServiceVolume[];
  /** Volumes of `services[]`, flattened in order; empty when the contract has no `services`. */
  readonly compose_volumes: readonly ServiceVolume[];
  /** `mounts.persistent_volumes`, in the order of the file. */
  readonly persistent_volumes: readonly PersistentVolume[];
  /** `mounts.ephemeral_mounts`, in the order of the file. */
  readonly ephemeral_mounts: readonly EphemeralMount[];
  /** Size of the volumes whose size nothing else says, in GiB. */
  readonly service_storage_gb: number | null;
  /** What each runtime reads in it for itself, by its name: only that runtime knows what it is. */
  readonly runtime_settings: Readonly<Record<string, unknown>>;
  /** Keys of `runtime_templates`, in the registry's order. */
  readonly runtimes: readonly RuntimeName[];
  /** User and group that the workload runs as. */
  readonly run_as_user: string | null;
  readonly run_as_group: string | null;
  /** The health check as a program with its arguments; empty where there is none. */
  readonly health_cmd: readonly string[];
  readonly databases: DatabaseHints;
  /** Service ids from `requires[]`. */
  readonly requires: readonly string[];
  readonly backup: BackupBlock;
  /** What it is in places where other values hold, by `valuesKey` of the deployment; it is this one in every other place. */
  readonly variants: ReadonlyMap<string, Contract>;
}
