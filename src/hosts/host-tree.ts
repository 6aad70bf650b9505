import { compareText } from '../text/compare.js';
import { backup } from '../jobs/backup/kind.js';
import { guestDump } from '../jobs/guest-dump/kind.js';
import { streamDump } from '../jobs/stream-dump/kind.js';
import { repositoriesOf, type Job } from '../model/job.js';
import { groupBy } from '../lookup/group.js';
import { oncePerPlan } from '../lookup/once-per-plan.js';
import { placedJobs, type PlacedJob } from '../lookup/placed-jobs.js';
import type { BackupPlan, RepositoryPlan } from '../model/plan.js';

/** One service's job on one host. */
export type HostJob = PlacedJob;

/** Everything that one `install.sh` installs: the jobs of one host, or of one runtime where no host is named. */
export interface HostTree {
  readonly project: string;
  /** `web1`, or `any-docker`; also how the host remembers what came from this tree. */
  readonly name: string;
  /** `hosts/web1`, or `hosts/any/docker`. */
  readonly folder: string;
  /** By service id. */
  readonly jobs: readonly HostJob[];
  /** Dumps of databases that have snapshots of their own, by service id. */
  readonly streams: readonly HostJob[];
  /** Dumps of Proxmox guests, by service id. */
  readonly guests: readonly HostJob[];
  /** Repositories that this host forgets, prunes and checks. */
  readonly maintained: readonly RepositoryPlan[];
  /** Every repository that a job here uses, by name. */
  readonly repositories: readonly RepositoryPlan[];
}

/** All host trees of a plan, by folder. */
export const hostTrees = oncePerPlan((plan: BackupPlan): HostTree[] => {
  const here = groupBy(
    placedJobs(plan).filter(({ job }) => isSystemJob(job)),
    ({ job }) => job.place.folder,
  );
  const own = groupBy(
    plan.jobs.filter((job) => job.service === null && isSystemJob(job)),
    ({ place }) => place.folder,
  );
  const known = new Map(plan.repositories.map((repository) => [repository.name, repository]));
  return [...new Set([...here.keys(), ...own.keys()])].sort().map((folder) => {
    const jobs = here.get(folder) ?? [];
    const maintained = [...new Set((own.get(folder) ?? []).flatMap(repositoriesOf))]
      .sort()
      .flatMap((name) => known.get(name) ?? []);
    return {
      project: plan.project,
      name: treeName(folder),
      folder,
      jobs: jobs.filter(({ job }) => job.kind === backup.name),
      streams: jobs.filter(({ job }) => job.kind === streamDump.name),
      guests: jobs.filter(({ job }) => job.kind === guestDump.name),
      maintained,
      repositories: usedBy(jobs, maintained),
    };
  });
});

/** How a host remembers what came from a folder: `web1`, `any-docker`. */
export function treeName(folder: string): string {
  return folder.replace(/^hosts\//, '').replaceAll('/', '-');
}

/** Every job of a tree that backs up a service, in whatever way. */
export function serviceJobs({ jobs, guests, streams }: HostTree): HostJob[] {
  return [...jobs, ...guests, ...streams];
}

function isSystemJob({ place }: Job): boolean {
  return place.on === 'host' && place.manager === 'system';
}

/** Repositories of jobs, sorted. */
export function usedBy(
  jobs: readonly HostJob[],
  maintained: readonly RepositoryPlan[] = [],
): RepositoryPlan[] {
  const used = new Set([...jobs.map((job) => job.repository), ...maintained]);
  return [...used].sort((a, b) => compareText(a.name, b.name));
}

/** Files with secrets that people must put on the host, sorted. */
export function hostCredentials(tree: HostTree): string[] {
  const files = tree.repositories.flatMap(({ password_file, environment_file }) =>
    environment_file === null ? [password_file] : [password_file, environment_file],
  );
  return [...new Set(files)].sort();
}
