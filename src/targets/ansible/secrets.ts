import { secretVariablePrefix } from '../../plan/ansible-names.js';
import type { BackupPlan } from '../../plan/plan.js';
import { hostCredentials } from '../systemd/host-files.js';
import type { HostTree } from '../systemd/host-tree.js';

/** A file with a secret that a host needs, and the variable that people keep its content in. */
export interface HostSecret {
  readonly path: string;
  readonly variable: string;
}

/**
 * The secret files of a host, by path. One file has one variable on every host: when several repositories share a file,
 * that of the first of them by name.
 */
export function hostSecrets(plan: BackupPlan, tree: HostTree): HostSecret[] {
  const variables = new Map<string, string>();
  for (const { name, password_file, environment_file } of plan.repositories) {
    const prefix = secretVariablePrefix(name);
    if (!variables.has(password_file)) variables.set(password_file, `${prefix}_password`);
    if (environment_file !== null && !variables.has(environment_file))
      variables.set(environment_file, `${prefix}_environment`);
  }
  return hostCredentials(tree).flatMap((path) => {
    const variable = variables.get(path);
    return variable === undefined ? [] : [{ path, variable }];
  });
}
