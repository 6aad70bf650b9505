import { posix } from 'node:path';

/** restic's remote back ends (restic manual, "Preparing a new repository"); anything else is a local path. */
const REMOTE = /^(sftp|rest|s3|swift|b2|azure|gs|rclone):/;

/**
 * The path of a repository in the file system of the host that uses it, without what means nothing in it (`/srv//r/`); null
 * for a remote one.
 */
export function localPath(url: string): string | null {
  if (REMOTE.test(url)) return null;
  const path = url.replace(/^local:/, '');
  return path === '' ? '' : posix.normalize(path).replace(/(?<=.)\/$/, '');
}

/** The program that restic reaches a repository through, which has files of its own; null where restic needs none. */
export function helperOf(url: string): 'sftp' | 'rclone' | null {
  if (url.startsWith('sftp:')) return 'sftp';
  return url.startsWith('rclone:') ? 'rclone' : null;
}

/** `sftp:user@host:/path` and `sftp://user@[host]:port//path`, as restic reads them; null for other back ends. */
export function sshServer(
  url: string,
): { readonly user: string | null; readonly host: string; readonly port: string | null } | null {
  const [, user = null, host = '', port = null] =
    /^sftp:\/\/(?:([^@/]*)@)?(\[[^\]/]*\]|[^:/]*)(?::(\d+))?(?:\/|$)/.exec(url) ??
    /^sftp:(?:([^@:/]*)@)?(\[[^\]/]*\]|[^:/]*)(?=:)/.exec(url) ??
    [];
  return url.startsWith('sftp:') ? { user, host: host.replace(/^\[(.*)\]$/, '$1'), port } : null;
}
