import type { BackupSettings, Commands, RuntimeName } from './contract.js';
import type { Pointer, SourceDocument } from '../source/document.js';

/** Who forgets, prunes and checks a repository: one host, or one Kubernetes namespace. */
export type MaintenancePlace =
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'namespace'; readonly namespace: string };

/** When a maintenance job may start: up to `spread` minutes after each time of a cron expression. */
export interface MaintenanceTime {
  /** Cron expression. */
  readonly schedule: string;
  /** Minutes; 0 for exactly then. */
  readonly spread: number;
}

/** One entry of `repositories`. */
export interface Repository {
  readonly name: string;
  /** restic's `-r` value; never holds a password. */
  readonly url: string;
  /** Absolute path on hosts. */
  readonly password_file: string;
  /** Absolute path on hosts, systemd `EnvironmentFile=` syntax. */
  readonly environment_file: string | null;
  /** Secret whose keys are restic's environment names. */
  readonly kubernetes_secret: string | null;
  readonly maintenance: MaintenancePlace;
  /** By kind: of each one whose time the policy may say. */
  readonly times: Readonly<Record<string, MaintenanceTime>>;
  /** The parts in which check reads the data, one a run; null for none of it. */
  readonly read_data_subsets: number | null;
  /** By which the times are told. */
  readonly timezone: string;
  /** Minutes around a maintenance run in which no other job of the repository may be due; 0 checks nothing. */
  readonly margin: number;
  readonly pointer: Pointer;
}

/** One entry of `deployments`: these services run there. */
export interface Deployment {
  readonly runtime: RuntimeName;
  /** Host name; null where the policy names none, and on Kubernetes. */
  readonly host: string | null;
  /** Service ids or globs (`*`, `?`). */
  readonly services: readonly string[];
  /** Overrides the `--host` of these services' snapshots. */
  readonly snapshot_host: string | null;
  /** What its runtime reads in it for itself: only that runtime knows what it is. */
  readonly runtime_settings: unknown;
  readonly commands: Commands;
  /** Globs of files whose values hold here alone, relative to the policy's folder. */
  readonly values: readonly string[];
  /** The host of the inventory whose variables hold here; null where none does. */
  readonly inventory_host: string | null;
  readonly pointer: Pointer;
}

/** By what a contract knows which values of a place's own hold there; `''` for none. */
export function valuesKey({ values, inventory_host }: Pick<Deployment, 'values' | 'inventory_host'>): string {
  return values.length === 0 && inventory_host === null ? '' : JSON.stringify([inventory_host, ...values]);
}

/** Labels of objects in a cluster. */
export type Labels = Readonly<Record<string, string>>;

/** `runtimes`: how services are backed up, by the name of the runtime, which alone knows what its settings are. */
export type RuntimeSettings = Readonly<Record<string, unknown>>;

/** `stowage.yml`, checked and with every default filled in. */
export interface Policy {
  readonly document: SourceDocument;
  /** Part of every installed name, never of snapshots. */
  readonly project: string;
  /** Globs, relative to the policy's folder. */
  readonly contracts: readonly string[];
  /** Globs of the files that answer references of contracts, relative to the policy's folder. */
  readonly values: readonly string[];
  /** What `ansible-inventory --list` printed, relative to the policy's folder; `-` for standard input, null for none. */
  readonly inventory: string | null;
  /** Folder of the output tree, relative to the policy's folder. */
  readonly output: string;
  /** Folder whose files shadow the built-in templates by path; null for none. */
  readonly templates: string | null;
  /** Sorted by name. */
  readonly repositories: readonly Repository[];
  /** What holds where a contract does not say otherwise. */
  readonly defaults: BackupSettings;
  /** How many backups the timers of one host start at once. */
  readonly parallel: number;
  /** Null without a `deployments` key: every runtime that a contract names, on host `any`. */
  readonly deployments: readonly Deployment[] | null;
  readonly runtimes: RuntimeSettings;
}
