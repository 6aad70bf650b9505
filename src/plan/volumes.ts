import type { Contract, PersistentVolume, Runtime, ServiceVolume } from '../contract/contract.js';
import { pairVolume } from '../locate/pairing.js';
import { LOCATORS } from '../locate/registry.js';
import type { RuntimeSettings } from '../policy/policy.js';
import type { PlannedVolume } from './plan.js';

/** Every persistent volume of a contract, located on one runtime, in the contract's order. */
export function planVolumes(
  contract: Contract,
  runtime: Runtime,
  runtimes: RuntimeSettings,
): PlannedVolume[] {
  return contract.persistent_volumes.map((volume) => planVolume(contract, volume, runtime, runtimes));
}

function planVolume(
  contract: Contract,
  volume: PersistentVolume,
  runtime: Runtime,
  runtimes: RuntimeSettings,
): PlannedVolume {
  const locator = LOCATORS[runtime];
  const settings = contract.backup.volumes.get(volume.name) ?? null;
  const pairing = pairVolume(volume, locator.mounted(contract));
  const location = locator.locate({ contract, volume, pairing, settings, runtimes });
  const volumeRoot = `/backup/${contract.service_id}/${volume.name}`;
  return {
    volume: volume.name,
    path: volume.path,
    ...location,
    snapshot_path:
      location.kind === 'lxc_guest'
        ? `/backup/${contract.service_id}/${guestDumpName(contract.vmid)}`
        : volumeRoot,
    backed_up: settings?.enabled ?? true,
    reason: settings?.reason ?? null,
    allow_empty: settings?.allow_empty ?? false,
    exclude: (settings?.exclude ?? []).map((pattern) => excludeBelow(volumeRoot, pattern)),
  };
}

/** The fixed name under which a guest's dump is kept: vzdump's own names carry the time, so no parent would match. */
export function guestDumpName(vmid: number | null): string {
  return `vzdump-lxc-${vmid === null ? 'unknown' : String(vmid)}.tar`;
}

/**
 * A volume's own exclude pattern, bound to that volume: restic matches patterns against whole paths, and a relative
 * one anywhere in them (restic manual, "Excluding Files"). A leading `/` means the volume's root, unless the pattern is
 * already written as snapshots show the volume; `!` stays in front.
 */
function excludeBelow(root: string, pattern: string): string {
  const negated = pattern.startsWith('!') ? '!' : '';
  const plain = pattern.slice(negated.length);
  if (plain === root || plain.startsWith(`${root}/`)) return pattern;
  const anywhere = plain.startsWith('/') ? '' : plain.startsWith('**/') ? '/' : '/**/';
  return `${negated}${root}${anywhere}${plain}`;
}

/** Service volumes that hold no persistent volume: mounted, but nobody said that they are worth keeping. */
export function unprotectedVolumes(contract: Contract): ServiceVolume[] {
  const mounted = [...contract.service_volumes, ...contract.compose_volumes];
  const lists = [contract.service_volumes, LOCATORS.docker.mounted(contract)];
  const partners = new Set(
    lists.flatMap((list) => contract.persistent_volumes.map((volume) => pairVolume(volume, list).partner)),
  );
  const held = new Set([...partners].map((volume) => volume?.name));
  const seen = new Set<string>();
  return mounted.filter((volume) => {
    if (partners.has(volume) || held.has(volume.name) || seen.has(volume.name)) return false;
    seen.add(volume.name);
    return true;
  });
}
