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
