/** restic's remote back ends (restic manual, "Preparing a new repository"); anything else is a local path. */
const REMOTE = /^(sftp|rest|s3|swift|b2|azure|gs|rclone):/;

/** The path of a repository in the file system of the host that uses it; null for a remote one. */
export function localPath(url: string): string | null {
  if (REMOTE.test(url)) return null;
  return url.replace(/^local:/, '');
}
