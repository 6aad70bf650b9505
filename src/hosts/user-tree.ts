import { compareText } from '../text/compare.js';
import { groupBy } from '../lookup/group.js';
import { oncePerPlan } from '../lookup/once-per-plan.js';
import { placedJobs } from '../lookup/placed-jobs.js';
import type { BackupPlan, RepositoryPlan } from '../model/plan.js';
import { treeName, usedBy, type HostJob } from './host-tree.js';

/** What one user of a host installs: the jobs of the rootless services there. */
export interface UserTree {
  readonly project: string;
  /** `web1-user`, or `any-podman-user`; also how the user's home remembers what came from this tree. */
  readonly name: string;
  /** `hosts/web1/user`, or `hosts/any/podman/user`. */
  readonly folder: string;
  /** By service id. */
  readonly jobs: readonly HostJob[];
  /** Every repository that a job here uses, by name. */
  readonly repositories: readonly RepositoryPlan[];
}

/** All user trees of a plan, by folder. */
export const userTrees = oncePerPlan((plan: BackupPlan): UserTree[] => {
  const jobs = placedJobs(plan).filter(
    ({ job: { place } }) => place.on === 'host' && place.manager === 'user',
  );
  return [...groupBy(jobs, ({ job }) => job.place.folder)]
    .map(([folder, here]) => ({
      project: plan.project,
      name: treeName(folder),
      folder,
      jobs: here,
      repositories: usedBy(here),
    }))
    .sort((a, b) => compareText(a.folder, b.folder));
});

/** The name of the user tree beside a host's own tree of this name. */
export function userTreeName(host: string): string {
  return `${host}-user`;
}

/** Where a user keeps the secrets of a repository, relative to the home folder. */
export function userSecretFiles(
  project: string,
  { name, environment_file }: RepositoryPlan,
): {
  readonly environment: string | null;
  readonly password: string;
} {
  const path = `.config/restic/${project}/${name}`;
  return { environment: environment_file === null ? null : `${path}.env`, password: `${path}.password` };
}

/** Files with environment variables that jobs of the user read; relative to the home folder. */
export function userEnvironmentFiles(tree: UserTree): string[] {
  return tree.repositories.flatMap(
    (repository) => userSecretFiles(tree.project, repository).environment ?? [],
  );
}

/** Files with secrets that the user must put below the home folder, sorted; relative to it. */
export function userCredentials(tree: UserTree): string[] {
  return tree.repositories.flatMap((repository) => {
    const { environment, password } = userSecretFiles(tree.project, repository);
    return environment === null ? [password] : [environment, password];
  });
}
