import { isAtOrBelow } from '../locate/pairing.js';

/** What people keep below a database's own folder and no database writes. */
const BESIDE = /^(backups?|dumps?|conf|config|logs?|certs?|init|scripts?|archive|wal_archive)$/i;

/** Whether a folder is the one in which a database lies, or a part of that. */
export function isInside(folder: string, data: string): boolean {
  return (
    isAtOrBelow(folder, data) &&
    !folder
      .slice(data.length)
      .split('/')
      .some((part) => BESIDE.test(part))
  );
}

/**
 * Whether what lies at a path lies in a folder, and in no other mount below that folder.
 *
 * @param mounts whatever else is mounted there
 */
export function holds(folder: string, path: string, mounts: readonly string[]): boolean {
  if (!isAtOrBelow(path, folder)) return false;
  return !mounts.some((mount) => mount !== folder && isAtOrBelow(mount, folder) && isAtOrBelow(path, mount));
}
