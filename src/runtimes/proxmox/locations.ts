import type { Contract } from '../../model/contract.js';

/**
 * Where a volume with a `host_path` lies: in a folder of the node, which is mounted into the guest, or inside the guest, as
 * the live adapter leaves it, which makes no mount point.
 */
export const LOCATIONS = ['host', 'guest'] as const;

/** What a contract says of a volume; null where it says nothing. */
export function saidLocation({ backup }: Pick<Contract, 'backup'>, volume: string): string | null {
  return backup.volumes.get(volume)?.runtimes.get('proxmox')?.location ?? null;
}
