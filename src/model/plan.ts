import type { Commands, Retention, RunAs, RuntimeName } from './contract.js';
import type { Labels, MaintenancePlace } from './policy.js';
import type { PlacedDump, PlannedDump } from './dump.js';
import type { PlacedQuiesce, PlannedHooks, PlannedQuiesce } from './quiesce.js';
import type { Job } from './job.js';

/** A runtime's word for the thing that holds a volume; the values are part of the JSON interface. */
export type LocationKind = string;

/** Where one persistent volume lives in one placement, and what is done with it. */
export interface PlannedVolume {
  /** Name of the persistent volume. */
  readonly volume: string;
  /** The path that the workload sees. */
  readonly path: string;
  readonly kind: LocationKind;
  /**
   * Absolute path on the host (or Kubernetes node), the claim's path for `claim` (suffix below its root, `/` for
   * the whole), the path inside the guest for `lxc_guest`.
   */
  readonly location: string;
  /** Name of the volume, claim or guest; null for paths. */
  readonly name: string | null;
  /** Kubernetes namespace of a claim. */
  readonly namespace: string | null;
  /** Path below the root of the named volume or claim; `''` for the whole of it. */
  readonly suffix: string;
  /** Set for a hostPath of a Kubernetes node that is a single file: a pod mounts it as such. */
  readonly is_file?: true;
  /** Set for a claim where the service volume that holds it, and so the pod's volume, has another name. */
  readonly service_volume?: string;
  /** Set for a claim where the contract declares its size: a Kubernetes quantity; and its class, where that is declared. */
  readonly claim_size?: string;
  readonly storage_class?: string;
  /** `/backup/<service>/<volume>`: what restic sees, on every runtime. */
  readonly snapshot_path: string;
  /** Whether a job of the plan reads it here. */
  readonly backed_up: boolean;
  /** Why not, when `backed_up` is false. */
  readonly reason: string | null;
  /** Set where nobody waived it and yet no job can read it: the same as `reason`. */
  readonly obstacle?: string;
  /** Name of the dump that stands for its files, which are left out; left out where they are backed up themselves. */
  readonly dumped_by?: string;
  /** Whether an empty volume may be backed up. */
  readonly allow_empty: boolean;
  /** Set where a file system of its own has to be mounted at the location. */
  readonly mount_point?: true;
  /** Paths below the volume's root that have to be there. */
  readonly must_contain?: readonly string[];
  /** Minutes; set where its newest file may not be older. */
  readonly max_source_age?: number;
  /** Set where it is not the service's. */
  readonly max_shrink_percent?: number;
  /** restic `--exclude` patterns beside those of the service. */
  readonly exclude: readonly string[];
  /** Set where it is backed up here and holds a database whose files are copied while it writes them. */
  readonly live_copy?: LiveCopy;
}

/** A copy that may not fit together, because a database wrote while it was made. */
export interface LiveCopy {
  /** One of the list of databases. */
  readonly database: string;
  /** Why that is accepted; null where nobody says so. */
  readonly accepted: string | null;
}

/** The object in a cluster that runs a service. */
export interface Workload {
  /** Null where nothing says what it is. */
  readonly kind: 'Deployment' | 'StatefulSet' | null;
  readonly name: string;
  /** Labels of its pods. */
  readonly selector: Labels;
}

/** One service where it runs. Beside these keys the plan has those that only the runtime knows, and nobody else reads. */
export interface Placement {
  readonly runtime: RuntimeName;
  /** Host name; null where the policy names none, and on Kubernetes. */
  readonly host: string | null;
  /** Kubernetes namespace; null elsewhere. */
  readonly namespace: string | null;
  /** Set on Kubernetes. */
  readonly workload?: Workload;
  /** Set where a scheduler on each node backs up hostPaths: the labels of these nodes. */
  readonly node_selector?: Labels;
  /** Quadlet scope; null on other runtimes. */
  readonly scope: 'system' | 'user' | null;
  /** Set where contract or policy have commands of their own for it. */
  readonly commands?: Commands;
  /** restic's `--host`. */
  readonly snapshot_host: string;
  /** Set where values that hold there make the service another one than elsewhere: only what differs. */
  readonly own?: Partial<OwnOfPlace>;
  /** Set where databases are dumped: those of the service's dumps that can be made here. */
  readonly dumps?: readonly PlacedDump[];
  /** Set where something stands still while files are read. */
  readonly quiesce?: PlacedQuiesce;
  /** In the contract's order of persistent volumes. */
  readonly volumes: readonly PlannedVolume[];
  /** Keys that the policy's defaults set and an operator does nothing about; none where every key is in force. */
  readonly not_honoured?: readonly string[];
  /** What keeps a job from being rendered here, in words; empty when nothing does. */
  readonly obstacles: readonly string[];
}

/** What of a service each of its places may have its own of. */
export type OwnOfPlace = Pick<
  ServicePlan,
  | 'service_name'
  | 'service_unit_name'
  | 'compose_services'
  | 'container_name'
  | 'shreds_secrets'
  | 'run_as_user'
  | 'run_as_group'
  | 'health_cmd'
  | 'vmid'
>;

/** One service, and how it is backed up wherever it runs. */
export interface ServicePlan {
  readonly service_id: string;
  readonly service_name: string;
  readonly service_unit_name: string;
  /** Its Compose services, the one with the health check first. */
  readonly compose_services: readonly string[];
  /** The name that the contract gives its container; null where the engine chooses one. */
  readonly container_name: string | null;
  /** Whether only a deployment brings back the files with secrets that its containers need to start. */
  readonly shreds_secrets: boolean;
  /** The contract's file, as in diagnostics. */
  readonly contract: string;
  /** Name of the repository that it is backed up into. */
  readonly repository: string;
  /** restic's `--tag` values; never volatile. */
  readonly tags: readonly string[];
  readonly retention: Retention;
  /** As far as any job leaves it out; so with the keys below. */
  readonly exclude: readonly string[];
  /** Minutes; null where no job of the service is ended after a time. */
  readonly timeout: number | null;
  /** Minutes; null where no job of the service is told how long to wait. */
  readonly retry_lock: number | null;
  /** Whether restic's exit code 3 (some source file unreadable) counts as success. */
  readonly accept_incomplete: boolean;
  /** How much of a volume's files or bytes may be gone since the last accepted snapshot; 100 for all. */
  readonly max_shrink_percent: number;
  /** Who reads the files where a job of the host's own does. */
  readonly run_as: RunAs;
  readonly run_as_user: string | null;
  readonly run_as_group: string | null;
  /** A program with its arguments; empty where the contract has no health check. */
  readonly health_cmd: readonly string[];
  /** Ids of the services that have to be there first, sorted. */
  readonly requires: readonly string[];
  /** Id of its guest on Proxmox. */
  readonly vmid: number | null;
  /** Left out where it has none. */
  readonly dumps?: readonly PlannedDump[];
  /** Left out where nothing is to stand still. */
  readonly quiesce?: PlannedQuiesce;
  /** Left out where it has none. */
  readonly hooks?: PlannedHooks;
  /** Service volumes that no persistent volume covers: mounted, not backed up. */
  readonly unprotected_volumes: readonly string[];
  /** Set where the service is nowhere: the persistent volumes that nobody waived, none of which is backed up. */
  readonly undeployed_volumes?: readonly string[];
  /** By host (null first), then runtime. */
  readonly placements: readonly Placement[];
  /** The other runtimes of the contract, for a restore under one of them. */
  readonly elsewhere: readonly Elsewhere[];
}

/** A service as it is before it is placed. */
export type PlannedService = Omit<ServicePlan, 'placements'>;

/** Where a service's volumes would live under a runtime that it is not deployed on; with its own keys, as a placement. */
export interface Elsewhere {
  readonly runtime: RuntimeName;
  readonly volumes: readonly {
    readonly volume: string;
    readonly kind: LocationKind;
    readonly location: string;
    /** As in {@link PlannedVolume}. */
    readonly name: string | null;
    readonly snapshot_path: string;
  }[];
  /** Where root of a host would find its databases; left out where there are none, or root would not. */
  readonly dumps?: readonly PlacedDump[];
}

/** One repository, and who looks after it. */
export interface RepositoryPlan {
  readonly name: string;
  readonly url: string;
  /** The path of a repository in the host's own file system; null for a remote one. */
  readonly local_path: string | null;
  readonly password_file: string;
  readonly environment_file: string | null;
  readonly kubernetes_secret: string | null;
  readonly maintenance: MaintenancePlace;
  /** Checks read the data in so many parts, one part a run; null where they read none. */
  readonly read_data_subsets: number | null;
  /** Ids of the services that back up into it, sorted. */
  readonly services: readonly string[];
}

/** Everything that rendering needs: plain, sorted, serialisable. `.stowage/plan.json` is this object. */
export interface BackupPlan {
  /** Version of the shape of this object. */
  readonly version: 2;
  /** Part of every installed name; `''` in a plan from before policies had one. */
  readonly project: string;
  /** The policy's file, as in diagnostics. */
  readonly policy: string;
  /** How many backups the timers of one host start at once. */
  readonly parallel: number;
  /** Everything that starts by itself: by kind, then by service or repository, then by place. */
  readonly jobs: readonly Job[];
  /** By name. */
  readonly repositories: readonly RepositoryPlan[];
  /** By service id. */
  readonly services: readonly ServicePlan[];
}
