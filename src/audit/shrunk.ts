import type { Snapshot } from './snapshots.js';

const MIB = 1024 * 1024;

/**
 * What a snapshot lost beside the one before it, in words; null where it may. The rules are those of the jobs (`_run-backup.sh`):
 * few files or bytes come and go, and when nearly all of some are gone an application may have started without its disk.
 *
 * @param percent how much may be gone
 */
export function lossOf(newest: Snapshot, before: Snapshot, percent: number): string | null {
  const [now, then] = [newest.size, before.size];
  if (now === null || then === null || percent >= 100) return null;
  if (JSON.stringify([...newest.paths].sort()) !== JSON.stringify([...before.paths].sort())) return null;
  const share = percent / 100;
  const most = Math.max(share, 0.95);
  const [files, bytes] = [then.files - now.files, then.bytes - now.bytes];
  const isLoss =
    (then.files >= 100 && files > then.files * share) ||
    (then.bytes >= 10 * MIB && bytes > then.bytes * share) ||
    (then.files >= 20 && files > then.files * most && then.bytes >= MIB && bytes > then.bytes * most);
  return isLoss
    ? `${String(now.files)} of ${String(then.files)} files and ${String(now.bytes)} of ${String(then.bytes)} bytes are left; max_shrink allows a loss of ${String(percent)}%`
    : null;
}
