import type { RepositoryPlan } from '../model/plan.js';
import { helperOf, sshServer } from '../model/repository-url.js';

/** What check-access.sh knows about a repository that another program reaches. */
export interface KeyContext {
  readonly name: string;
  readonly password_file: string;
  /** `store@nas.lan`; null for rclone. */
  readonly ssh_target: string | null;
  /** What `ssh-keyscan` is asked. */
  readonly keyscan: string | null;
}

/** None for a repository that restic itself reaches. */
export function keyContext({ name, url, password_file }: RepositoryPlan): KeyContext[] {
  if (helperOf(url) === null) return [];
  const server = sshServer(url);
  if (server === null) return [{ name, password_file, ssh_target: null, keyscan: null }];
  const { user, host, port } = server;
  return [
    {
      name,
      password_file,
      ssh_target: user === '' ? host : `${user}@${host}`,
      keyscan: port === '' ? host : `-p ${port} ${host}`,
    },
  ];
}
