import { secretVariablePrefix } from '../../plan/ansible-names.js';
import type { BackupPlan } from '../../model/plan.js';
import { userSecretFiles, type UserTree } from '../../hosts/user-tree.js';
import { hostCredentials, type HostTree } from '../../hosts/host-tree.js';

/** A file with a secret that a host needs, and the variable that people keep its content in. */
export interface AnsibleSecret {
  readonly path: string;
  readonly variable: string;
}

/**
 * The secret files of a host, by path. One file has one variable on every host: when several repositories share a file,
 * that of the first of them by name.
 */
export function hostSecrets(plan: BackupPlan, tree: HostTree): AnsibleSecret[] {
  const variables = secretVariables(plan);
  return hostCredentials(tree).flatMap((path) => secret(path, variables.get(path)));
}

/** The secret files of a user, relative to the home folder: each a copy of one of the host's, so from its variable. */
export function userSecrets(plan: BackupPlan, tree: UserTree): AnsibleSecret[] {
  const variables = secretVariables(plan);
  return tree.repositories.flatMap((repository) => {
    const { environment, password } = userSecretFiles(plan.project, repository);
    return [
      ...secret(environment, variables.get(repository.environment_file ?? '')),
      ...secret(password, variables.get(repository.password_file)),
    ];
  });
}

function secret(path: string | null, variable: string | undefined): AnsibleSecret[] {
  return path === null || variable === undefined ? [] : [{ path, variable }];
}

/** Variables by the file, on hosts, that they are the content of. */
function secretVariables(plan: BackupPlan): Map<string, string> {
  const variables = new Map<string, string>();
  for (const { name, password_file, environment_file } of plan.repositories) {
    const prefix = secretVariablePrefix(plan.project, name);
    if (!variables.has(password_file)) variables.set(password_file, `${prefix}_password`);
    if (environment_file !== null && !variables.has(environment_file))
      variables.set(environment_file, `${prefix}_environment`);
  }
  return variables;
}
