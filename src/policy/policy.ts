import type { BackupSettings, Runtime } from '../contract/contract.js';
import type { Pointer, SourceDocument } from '../source/document.js';

/** Who forgets, prunes and checks a repository: one host, or one Kubernetes namespace. */
export type MaintenancePlace =
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'namespace'; readonly namespace: string };

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
  /** Cron expressions, as written. */
  readonly forget: string;
  readonly prune: string;
  readonly check: { readonly schedule: string; readonly read_data_subsets: number | null };
  /** For forget, prune and check. */
  readonly timezone: string;
  readonly pointer: Pointer;
}

/** One entry of `deployments`: these services run there. */
export interface Deployment {
  readonly runtime: Runtime;
  /** Host name; null where the policy names none, and on Kubernetes. */
  readonly host: string | null;
  /** Service ids or globs (`*`, `?`). */
  readonly services: readonly string[];
  /** Overrides the `--host` of these services' snapshots. */
  readonly snapshot_host: string | null;
  readonly pointer: Pointer;
}

export interface RuntimeSettings {
  readonly docker: { readonly data_root: string };
  readonly podman: { readonly storage_root: string };
  readonly kubernetes: { readonly image: string; readonly method: 'restic' | 'velero' | 'volsync' | 'k8up' };
  readonly proxmox: {
    readonly mode: 'snapshot' | 'suspend' | 'stop';
    readonly transfer: 'stream' | 'dumpdir';
    readonly dumpdir: string;
  };
}

/** `stowage.yml`, checked and with every default filled in. */
export interface Policy {
  readonly document: SourceDocument;
  /** Globs, relative to the policy's folder. */
  readonly contracts: readonly string[];
  readonly values: readonly string[];
  readonly output: string;
  /** Folder whose files shadow the built-in templates by path; null for none. */
  readonly templates: string | null;
  /** Sorted by name. */
  readonly repositories: readonly Repository[];
  readonly defaults: BackupSettings;
  /** Null without a `deployments` key: every runtime that a contract names, on host `any`. */
  readonly deployments: readonly Deployment[] | null;
  readonly runtimes: RuntimeSettings;
}
