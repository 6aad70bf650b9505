import { isAtOrBelow } from '../locate/pairing.js';
import type { RepositoryPlan } from '../model/plan.js';
import { helperOf } from '../model/repository-url.js';
import { optionsForRoot } from './as-restic.js';

/** What templates know about a repository, `repository` in their context. */
export interface RepositoryContext {
  readonly [key: string]: unknown;
  readonly name: string;
  readonly url: string;
  /** `RESTIC_REPOSITORY=<url>`: one `Environment=` assignment. */
  readonly repository_setting: string;
  /** `LoadCredential=` value. */
  readonly password_credential: string;
  readonly environment_file: string | null;
  readonly local_path: string | null;
  /** Whether what reaches it keeps files in the home of user restic: keys and known hosts, or tokens. */
  readonly keeps_files: boolean;
  /** Whether it is where a job has a view of its own (`TemporaryFileSystem=`, `PrivateTmp=`), so that it must be mounted. */
  readonly is_hidden: boolean;
  /** The same as one word of a list setting that `systemd-run --property=` reads, which expands no specifiers. */
  readonly local_path_quoted: string | null;
  /** Options of restic where root runs it. */
  readonly options_for_root: readonly string[];
}

const HIDDEN = ['/backup', '/tmp', '/var/tmp'];

export function repositoryContext(repository: RepositoryPlan): RepositoryContext {
  return {
    name: repository.name,
    url: repository.url,
    repository_setting: `RESTIC_REPOSITORY=${repository.url}`,
    password_credential: `restic-password:${repository.password_file}`,
    environment_file: repository.environment_file,
    local_path: repository.local_path,
    keeps_files: helperOf(repository.url) !== null,
    is_hidden: HIDDEN.some((folder) => isAtOrBelow(repository.local_path ?? '', folder)),
    local_path_quoted:
      repository.local_path === null ? null : `"${repository.local_path.replaceAll(/["\\]/g, '\\$&')}"`,
    options_for_root: optionsForRoot(repository),
  };
}
