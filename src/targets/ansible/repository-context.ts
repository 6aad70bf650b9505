import type { RepositoryPlan } from '../../model/plan.js';
import { ansibleText } from './text.js';

/** What a role needs to open a repository. */
export function repositoryContext({ name, url, password_file, environment_file }: RepositoryPlan) {
  return {
    name,
    url: ansibleText(url),
    password_file: ansibleText(password_file),
    environment_file: environment_file === null ? null : ansibleText(environment_file),
  };
}
