import type { BackupPlan, RepositoryPlan } from '../../plan/plan.js';
import { treeOf, type HostJob } from '../systemd/host-tree.js';
import { compareText } from '../../text/compare.js';

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
export function userTrees(plan: BackupPlan): UserTree[] {
  const repositories = new Map(plan.repositories.map((repository) => [repository.name, repository]));
  const trees = new Map<string, { name: string; jobs: HostJob[] }>();
  for (const service of plan.services) {
    const repository = repositories.get(service.repository);
    for (const placement of service.placements) {
      if (repository === undefined || placement.scope !== 'user') continue;
      if (!placement.volumes.some((volume) => volume.backed_up)) continue;
      const host = treeOf(placement);
      const folder = userTreeFolder(host.folder);
      const tree = trees.get(folder) ?? { name: userTreeName(host.name), jobs: [] };
      trees.set(folder, tree);
      tree.jobs.push({ project: plan.project, service, placement, repository });
    }
  }
  return [...trees]
    .map(([folder, tree]) => ({ ...tree, project: plan.project, folder, repositories: usedBy(tree.jobs) }))
    .sort((a, b) => compareText(a.folder, b.folder));
}

/** The folder of the user tree inside of a host's own. */
export function userTreeFolder(host: string): string {
  return `${host}/user`;
}

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

function usedBy(jobs: readonly HostJob[]): RepositoryPlan[] {
  return [...new Set(jobs.map((job) => job.repository))].sort((a, b) => compareText(a.name, b.name));
}
