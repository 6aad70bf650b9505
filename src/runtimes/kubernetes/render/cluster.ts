import type { Job } from '../../../model/job.js';
import type { JobSchedule } from '../../../schedule/job-schedule.js';
import { groupBy } from '../../../lookup/group.js';
import { jobIndex } from '../../../lookup/job-index.js';
import { oncePerPlan } from '../../../lookup/once-per-plan.js';
import { placedJobs } from '../../../lookup/placed-jobs.js';
import type {
  BackupPlan,
  Placement,
  PlannedVolume,
  RepositoryPlan,
  ServicePlan,
} from '../../../model/plan.js';
import { copied } from '../../../model/volume.js';

/** One service's backup on Kubernetes. */
export interface KubernetesJob {
  readonly project: string;
  readonly service: ServicePlan;
  readonly placement: Placement;
  readonly repository: RepositoryPlan;
  readonly namespace: string;
  /** By kind; one at least. */
  readonly jobs: readonly Job[];
  /** Those that are backed up, in the contract's order. */
  readonly volumes: readonly PlannedVolume[];
}

/** Everything that one folder below `kubernetes/` holds. */
export interface Namespace {
  readonly name: string;
  /** `kubernetes/media`. */
  readonly folder: string;
  /** By service id. */
  readonly jobs: readonly KubernetesJob[];
  /** Repositories that this namespace forgets, prunes and checks, by name. */
  readonly maintained: readonly RepositoryPlan[];
}

/** All namespaces that something is rendered for, by name. */
export const namespaces = oncePerPlan((plan: BackupPlan): Namespace[] => {
  const jobs = groupBy(kubernetesJobs(plan), (job) => job.namespace);
  const maintained = new Map<string, RepositoryPlan[]>();
  const index = jobIndex(plan);
  for (const repository of plan.repositories) {
    const [first] = index.ofRepository(repository.name);
    if (first?.place.on !== 'cluster') continue;
    const { namespace } = first.place;
    maintained.set(namespace, [...(maintained.get(namespace) ?? []), repository]);
  }
  return [...new Set([...jobs.keys(), ...maintained.keys()])].sort().map((name) => ({
    name,
    folder: `kubernetes/${name}`,
    jobs: jobs.get(name) ?? [],
    maintained: maintained.get(name) ?? [],
  }));
});

/** Every service that is backed up on Kubernetes, by service id. */
export const kubernetesJobs = oncePerPlan((plan: BackupPlan): KubernetesJob[] => {
  const onClusters = placedJobs(plan).filter(({ job }) => job.place.on === 'cluster');
  return [...groupBy(onClusters, ({ placement }) => placement).values()].flatMap((together) => {
    const [first] = together;
    const place = first?.job.place;
    if (first === undefined || place?.on !== 'cluster') return [];
    const { project, service, placement, repository } = first;
    const { namespace } = place;
    const jobs = together.map((each) => each.job);
    return [
      {
        ...{ project, service, placement, repository, namespace, jobs },
        volumes: copied(placement.volumes),
      },
    ];
  });
});

/** Those that are in one place. */
export function kubernetesJobAt(plan: BackupPlan, placement: Placement): KubernetesJob | undefined {
  return byPlacement(plan).get(placement);
}

const byPlacement = oncePerPlan((plan) => new Map(kubernetesJobs(plan).map((job) => [job.placement, job])));

/** When the backup of a service runs. */
export function backupSchedule({ jobs }: KubernetesJob): JobSchedule {
  const [first] = jobs;
  if (first === undefined) throw new Error('a backup without a job');
  return first.schedule;
}

/** The distinct claims of a job, in the order of its volumes. */
export function claimsOf(job: KubernetesJob): string[] {
  return [
    ...new Set(job.volumes.flatMap(({ kind, name }) => (kind === 'claim' && name !== null ? [name] : []))),
  ];
}
