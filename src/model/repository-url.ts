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

/** What restic's own images hold: restic, OpenSSH's client, and no rclone. */
const OWN_IMAGE = /(?:^|\/)restic\/restic(?:[:@]|$)/;

/** Whether an image may hold rclone, beside restic: one that is not restic's own. */
export function holdsRclone(image: string): boolean {
  return !OWN_IMAGE.test(image);
}

/** The server of `sftp://[user@]host[:port]/path` or `sftp:[user@]host:path`, as restic reads it; null for other back ends. */
export function sshServer(
  url: string,
): { readonly user: string; readonly host: string; readonly port: string } | null {
  if (helperOf(url) !== 'sftp') return null;
  const rest = url.slice('sftp:'.length);
  const place = rest.startsWith('//')
    ? (rest.slice(2).split(posix.sep)[0] ?? '')
    : rest.replace(/:[^\]]*$/, '');
  const [, user = '', host = '', port = ''] = /^(?:(.*)@)?(\[.*\]|[^:]*)(?::(\d+))?$/.exec(place) ?? [];
  return { user, host: host.replace(/^\[(.*)\]$/, '$1'), port };
}
