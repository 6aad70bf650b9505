import type { DiagnosticCode } from '../../../diagnostics/codes.js';
import type { ClaimSource, ClusterPlace, NodeSource } from '../../../model/job.js';
import type { Placement, PlannedService } from '../../../model/plan.js';
import type { Repository } from '../../../model/policy.js';
import type { KubernetesSettings } from '../settings.js';
import type { Pointer } from '../../../source/document.js';
import type { PlacedDump } from '../../../model/dump.js';
import type { CannotReach, DumpToPlace, HonouredKey, RuntimePolicy } from '../../runtime.js';
import type { Part } from '../../../jobs/part.js';

/** Everything that one service has on a cluster and that is backed up. */
export interface Backed {
  readonly service: PlannedService;
  readonly placement: Placement;
  readonly place: ClusterPlace;
  readonly settings: KubernetesSettings;
  readonly policy: RuntimePolicy;
  readonly claims: readonly ClaimSource[];
  readonly nodes: readonly NodeSource[];
}

/** One reason why a service cannot be backed up on Kubernetes as it is, and where the user can change that. */
export interface KubernetesProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint: string;
  readonly document: 'contract' | 'policy';
  readonly pointer: Pointer;
}

/** What dumps a database before a job. */
interface DumpWay {
  place(asked: DumpToPlace): PlacedDump | CannotReach;
}

/** How backups on a cluster are made: jobs of ours, or an operator's objects. What renders it stands apart. */
export interface Method {
  readonly name: string;
  /** API groups of the objects that are its jobs. */
  readonly api_groups: readonly string[];
  /** Whose pods run restic; nobody's where an operator stores backups in a way of its own. */
  readonly restic: 'ours' | 'operator' | 'nobody';
  /** Keys that its jobs do something about. */
  readonly honours: 'all' | readonly HonouredKey[];
  /** Retention rules that its objects have a field for. */
  readonly keeps: 'all' | readonly string[];
  /** Whether it backs up hostPaths; each method backs up claims. */
  readonly host_paths: boolean;
  /** Whether it finds the pods of a workload by their labels. */
  readonly selects_pods: boolean;
  /** Whether its objects are about a claim, which can have only one of each. */
  readonly per_claim: boolean;
  /** Whether it copies a snapshot of a claim; left out where it reads the files of the running pod. */
  copies_at_once?(settings: KubernetesSettings): boolean;
  /** What keeps it from using a repository. */
  refused?(repository: Repository): KubernetesProblem[];
  /** How its jobs dump a database first, or why they do not. */
  readonly dumps: DumpWay | CannotReach;
  parts(backed: Backed): readonly Part[];
}
