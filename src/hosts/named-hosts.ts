import type { BackupPlan } from '../model/plan.js';
import { userTrees, type UserTree } from './user-tree.js';
import { hostTrees, type HostTree } from './host-tree.js';

/** What there is for one host that the policy names; at least one of the trees is there. */
export interface NamedHost {
  readonly name: string;
  /** Jobs of the host itself. */
  readonly tree: HostTree | null;
  /** Jobs of the user whose containers run without root. */
  readonly rootless: UserTree | null;
}

/** The hosts that the policy names, by name. Trees below `hosts/any` have no name that an inventory could know. */
export function namedHosts(plan: BackupPlan): NamedHost[] {
  const trees = new Map(hostTrees(plan).map((tree) => [tree.folder, tree]));
  const rootless = new Map(userTrees(plan).map((tree) => [tree.folder, tree]));
  const folders = [...trees.keys(), ...[...rootless.keys()].map((folder) => folder.replace(/\/user$/, ''))];
  return [...new Set(folders)]
    .filter((folder) => !folder.startsWith('hosts/any/'))
    .sort()
    .map((folder) => ({
      name: folder.replace(/^hosts\//, ''),
      tree: trees.get(folder) ?? null,
      rootless: rootless.get(`${folder}/user`) ?? null,
    }));
}
