import type { Part } from '../jobs/part.js';
import type { Contract, ServiceVolume } from '../model/contract.js';
import type { NameRule } from '../source/name-rules.js';
import type { Dump, PlacedDump } from '../model/dump.js';
import type { PlacedQuiesce, Quiesce } from '../model/quiesce.js';
import type { Located, LocateInput } from '../locate/location.js';
import type { Command, Step, Typed } from '../model/guide.js';
import type { Job } from '../model/job.js';
import type { Check } from '../model/check.js';
import type {
  BackupPlan,
  Elsewhere,
  PlannedService,
  Placement,
  PlannedVolume,
  RepositoryPlan,
  ServicePlan,
} from '../model/plan.js';
import type { RenderedFile, TargetInput } from '../rendering/file.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import type { Mapping } from '../source/yaml-values.js';
import type { Deployment, Policy, RuntimeSettings } from '../model/policy.js';

/** What a runtime may see of the policy. */
export type RuntimePolicy = Pick<Policy, 'project' | 'runtimes'> & {
  readonly repositories: readonly Pick<Policy['repositories'][number], 'name' | 'url'>[];
};

/** What a runtime's adapter does with volumes. Every contract that loads has a location on every runtime. */
export interface Locator {
  /** The volumes that the adapter mounts. */
  readonly mounted: (contract: Contract) => readonly ServiceVolume[];
  readonly locate: (input: LocateInput) => Located;
}

/**
 * What holds a volume: a folder of a machine, a named volume of an engine (which is a folder too), a claim of a cluster, or
 * the disk of a guest, which nobody reads but the guest: it is dumped as a whole.
 */
export type Holding = 'folder' | 'volume' | 'claim' | 'guest';

/** A key of `backup.volumes.<name>`. */
export interface VolumeKey {
  readonly key: string;
  /** What a name may be. */
  readonly rule: NameRule;
  /** What editors say of it: a sentence, and an example. */
  readonly description: string;
  readonly example: string;
}

/** A key of an entry of `deployments` that `deployment.schema.json` in the runtime's folder describes. */
export interface DeploymentKey {
  readonly key: string;
  /** What a deployment on another runtime has none of, and what its author then needs to know. */
  readonly refused: { readonly thing: string; readonly hint: string };
  readonly read: (value: unknown) => unknown;
}

/** A key that says where volumes are kept: below the root of a contract or of the policy, or below a deployment. */
export interface PlaceKey {
  readonly of: 'contract' | 'policy' | 'deployment';
  readonly pointer: Pointer;
}

/** One service that is to be planned in one place, with its volumes as they were located. */
export interface Unplanned {
  readonly policy: Policy;
  readonly contract: Contract;
  /** Null where no entry of the policy put the service there. */
  readonly deployment: Deployment | null;
  readonly volumes: readonly PlannedVolume[];
}

/** What planning learns from the runtime about a service in one place. */
export type PlacementFacts = Omit<Placement, 'runtime' | 'host' | 'snapshot_host'>;

/** What a person types on the host around a restore. */
export interface WorkloadCommands {
  readonly stop: readonly Command[];
  readonly start: readonly Command[];
  /** What runs a command where the workload is: empty on the host itself, null where nobody knows its name. */
  readonly inside: Command | null;
}

/** What of a service says where its commands run. */
export type ServiceFacts = Pick<
  ServicePlan,
  'service_id' | 'service_unit_name' | 'compose_services' | 'container_name' | 'vmid'
>;

/** How a job runs something where a service runs, or why it cannot. */
export type Reach =
  | {
      readonly command: Command;
      /** `machine`: a system with users of its own; whoever may ask the database is one of them. */
      readonly into: 'container' | 'machine';
    }
  | CannotReach;

/** Why no job reaches the place: the end of a sentence; and what people can do about it. */
export interface CannotReach {
  readonly cannot: string;
  readonly hint: string;
}

/** A dump of a service that is to be made in one place. */
export interface DumpToPlace {
  readonly policy: Pick<Policy, 'runtimes'>;
  readonly contract: Contract;
  readonly placement: Placement;
  readonly dump: Dump;
}

/**
 * Keys of `defaults`, of `backup` and of `backup.volumes.V` that say how to back up, and that an operator may do nothing
 * about.
 */
export type HonouredKey =
  | 'exclude'
  | 'timeout'
  | 'retry_lock'
  | 'accept_incomplete'
  | 'allow_empty'
  | 'max_shrink'
  | 'must_contain'
  | 'max_source_age';

/** What steps of a page are about, and where everything in them is typed. */
export interface StepPlace {
  readonly project: string;
  readonly service: ServicePlan;
  readonly placement: Placement;
  readonly at: string;
}

/** What a page tells from its first step to its last. */
export interface GuidePlace extends StepPlace {
  readonly repository: RepositoryPlan;
  /** Of the service in this place. */
  readonly jobs: readonly Job[];
}

/** What a page has besides the restore of folders. */
export interface OwnSteps {
  /** While the workload still runs. */
  readonly before: (place: StepPlace) => Step[];
  /** Once it stands still. */
  readonly in_place: (place: StepPlace) => Step[];
  /** Once its folders are back, where what is to be started may be gone. */
  readonly remake: (place: StepPlace) => Step[];
  /** Once it runs again. */
  readonly after: (place: StepPlace) => Step[];
}

/** What a runtime has for people, where contract and policy say nothing else. */
export interface ByHand {
  /** What a new machine needs, and what people do there before they restore. */
  readonly new_host: { readonly needs: string; readonly first: string };
  /** Whether a service is a unit of the system's manager, so that its name of a unit is its own on a host. */
  readonly has_units: boolean;
  /** Whether services are containers, which cannot start without files that their deployment brings. */
  readonly has_containers: boolean;
  /** Who types the commands. */
  readonly typist: (placement: Placement, runtimes: RuntimeSettings) => string;
  readonly workload: (service: ServicePlan, placement: Placement) => WorkloadCommands;
  /** Whose ids those of restored files are; null where that goes without saying. */
  readonly owners: (placement: Placement) => string | null;
  /**
   * Makes a volume again that is gone: it has to be the engine's own before files go into it. Nothing for a folder, and
   * nothing where it is there.
   */
  readonly recreate: (
    placement: Placement | Elsewhere,
    volume: Pick<PlannedVolume, 'kind' | 'name'>,
  ) => Command[];
  /** What to know before one stops whatever else uses the data; follows `but`. Left out where there is nothing. */
  readonly caution?: (placement: Placement) => string;
  readonly steps: OwnSteps;
}

/** What a person types to open, use and close a shell in which restic reaches a repository. */
export interface Shell {
  readonly open: readonly Command[];
  /** How long it stays open, in a sentence; empty where it does not end by itself. */
  readonly lifetime: string;
  readonly restic: Command;
  readonly close: readonly Command[];
}

/** A namespace with jobs: the Secrets that must be there, and the lowest Pod Security level that will do. */
export interface NamespaceRow {
  readonly name: string;
  /** How many services are backed up in it. */
  readonly jobs: number;
  readonly secrets: readonly string[];
  readonly level: 'privileged' | 'restricted';
}

/** What pages and reviews say of a cluster. */
export interface ClusterPages {
  /** Whose pods run restic; nobody's where an operator stores backups in a way of its own. */
  readonly restic: (runtimes: RuntimeSettings) => 'ours' | 'operator' | 'nobody';
  /** Where an operator puts what it backs up, and what it does not do. Empty where restic itself is run. */
  readonly operatorText: (service: ServicePlan, placement: Placement, runtimes: RuntimeSettings) => string;
  /** What steps apply and pages show whole, for whoever has a page and no tree. */
  readonly applied: (placement: Placement, input: TargetInput) => readonly RenderedFile[];
  /** Whether a volume has snapshots of every node that it is on. */
  readonly isPerNode: (volume: PlannedVolume, runtimes: RuntimeSettings) => boolean;
  /** Where the policy says which nodes back up folders of their own. */
  readonly nodesAt: (policy: Policy, deployment: Deployment | null) => Pointer;
  /** How a backup into a repository that takes longer than its timeout is run to its end. */
  readonly firstBackup: (repository: RepositoryPlan, input: TargetInput) => Typed[];
  /** For a repository that the cluster maintains; null where a host does. */
  readonly shell: (project: string, repository: RepositoryPlan) => Shell | null;
  readonly namespaces: (plan: BackupPlan, runtimes: RuntimeSettings) => NamespaceRow[];
  /** Kinds of the objects that are its jobs, as `kubectl get` takes them. */
  readonly job_kinds: (runtimes: RuntimeSettings) => readonly string[];
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

/** A JSON schema of an object, with that of each key. */
export interface SettingsSchema {
  readonly properties: Readonly<Record<string, object>>;
}

/** Everything that knows a runtime's name. Pure. */
export interface Runtime extends Locator {
  readonly name: string;
  /** Its name as people write it. */
  readonly title: string;
  /** What its services are in its own words; null where its name says it. */
  readonly services: string | null;
  /** Hosts have names in the policy, and installers; in a cluster nobody chooses where a pod runs. */
  readonly runs_on: 'host' | 'cluster';
  /** The key of `backup.volumes.<name>` that names what holds a volume; null where nothing there has a name. */
  readonly volume_key: VolumeKey | null;
  /**
   * Words for where a volume may lie, the usual one first (`backup.volumes.<name>.runtimes.<runtime>.location`); left out
   * where that is no question.
   */
  readonly locations?: readonly string[];
  /**
   * Reads its settings in the policy, each with the usual default: the same keys as `settings.schema.json` beside it
   * describes, and those of `defaults` in `defaults.schema.json`. Null where it has none.
   *
   * @param given `runtimes.<name>`, which stands at `pointer`
   */
  readonly readSettings:
    ((findings: Findings, given: Mapping, pointer: Pointer, defaults: Mapping) => unknown) | null;
  /** Its `settings.schema.json` with what only code knows filled in; left out where that says everything. */
  readonly settingsSchema?: (source: SettingsSchema) => SettingsSchema;
  /**
   * Reads its own keys of a contract, each with the usual default: those that `contract.schema.json` beside it describes,
   * and those of `backup` in `backup.schema.json`. Left out where it has none.
   */
  readonly readContract?: (findings: Findings, given: Mapping) => unknown;
  /** The key that only its own deployments have; left out where there is none. */
  readonly deployment_key?: DeploymentKey;
  /** Keys that say where it keeps volumes, beside those of mounts and volumes: likelier ones first. */
  readonly place_keys: readonly PlaceKey[];
  /** What `stowage paths` calls the things that hold volumes, with what they are. A word means one thing everywhere. */
  readonly kinds: Readonly<Record<string, Holding>>;
  /** The unit that has to run before its named volumes can be told from folders; left out where none has to. */
  readonly engine_unit?: string;
  /**
   * What else it knows of a service in one place, for itself: the plan has it beside the keys of all placements, as
   * `placement.schema.json` describes. Left out where there is nothing.
   */
  readonly ownFacts?: (policy: Policy, contract: Contract, deployment: Deployment | null) => object;
  /** The size of its own storage that a contract declares, as a quantity; left out where none is. */
  readonly declaredSize?: (contract: Contract) => string | null;
  /** The number of the guest that a contract names; left out where services are no guests. */
  readonly guest?: (contract: Contract) => number | null;
  readonly placement: (service: Unplanned) => PlacementFacts;
  /**
   * Every volume that is backed up, in exactly one part, or in none where it cannot be: planning says which are left
   * over. What a runtime does not know it must not take for a folder: the union of sources makes the choice explicit.
   */
  parts(policy: RuntimePolicy, service: PlannedService, placement: Placement): readonly Part[];
  /** Facts of the jobs that keep a repository in order in its cluster; left out where there are none. */
  readonly upkeep?: (policy: RuntimePolicy) => Job['facts'];
  /**
   * What runs a command where a service runs, with its standard input; left out where no job can do that.
   *
   * @param container of the service, or another one; null for the workload itself
   */
  readonly reach?: (service: ServiceFacts, placement: Placement, container: string | null) => Reach;
  /** What of a service stands still while its files are read, or why it cannot; left out where no job can see to that. */
  readonly quiesce?: (
    service: ServiceFacts,
    placement: Placement,
    asked: Quiesce,
  ) => PlacedQuiesce | CannotReach;
  /** How its jobs make a dump, or why they do not, where they run nothing beside the database; left out where `reach` says it. */
  readonly placeDump?: (asked: DumpToPlace) => PlacedDump | CannotReach;
  /** What runs a command of the host as the one to whom files of containers belong; left out where that is root. */
  readonly asOwner?: (placement: Placement) => Command;
  /**
   * Whether what is copied of a volume is as it was at one moment, as after a power failure; left out where files are read
   * one after the other. `kind` is one of its own.
   */
  readonly copies_at_once?: (policy: Pick<Policy, 'runtimes'>, kind: string) => boolean;
  /** Whether its jobs do what a key asks; left out where they do all of it. */
  honours?(policy: RuntimePolicy, key: HonouredKey): boolean;
  /** Rules that only it knows, over the whole project. */
  readonly checks?: readonly Check[];
  /** Whether a check of its own says already that nothing can back up a volume. */
  isRefused(placement: Placement, volume: PlannedVolume): boolean;
  /** How people handle a workload on its host; null where they do so with kubectl. */
  readonly by_hand: ByHand | null;
  /** Left out where services are on hosts. */
  readonly cluster?: ClusterPages;
  /** How people restore a service where the steps of hosts are not right: null where they are, left out where they always are. */
  readonly guide?: (place: GuidePlace, input: TargetInput) => Step[] | null;
  /** The user of its rootless services, as the policy names it; left out where there are none. */
  readonly user?: (runtimes: RuntimeSettings) => string | null;
  readonly watched: readonly WatchedFact[];
  /** Files of its own, from templates of its own, beside what is made of the jobs of any runtime. */
  readonly render?: (input: TargetInput) => readonly RenderedFile[];
}

/** What every source says of the volume that it holds. */
export function held({ volume, snapshot_path, exclude, allow_empty }: PlannedVolume) {
  return { volumes: [volume], snapshot_path, exclude, allow_empty };
}
