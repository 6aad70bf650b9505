import type { RunAs } from '../../model/contract.js';

/**
 * What a unit has to say so that another user than `restic` reads the files; null where that one does. Root is held to reading
 * by the same capability. Any other user has none: what its own rights do not reach, the file system would refuse anyway.
 */
export function runAsContext(runAs: RunAs): Record<string, unknown> | null {
  if (runAs === 'restic') return null;
  return { user: String(runAs), is_root: runAs === 'root', cache: `stowage-as-${runAs}` };
}
