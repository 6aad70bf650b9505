import type {
  Contract,
  PersistentVolume,
  Runtime,
  ServiceVolume,
  VolumeSettings,
} from '../contract/contract.js';
import { pairVolume } from '../locate/pairing.js';
import { LOCATORS } from '../locate/registry.js';
import type { RuntimeSettings } from '../policy/policy.js';
import { excludeBelow } from './excludes.js';
import type { PlannedVolume } from './plan.js';

/** Every persistent volume of a contract, located on one runtime, in the contract's order. */
export function planVolumes(
  contract: Contract,
  runtime: Runtime,
  runtimes: RuntimeSettings,
  composeProject: string | null = null,
): PlannedVolume[] {
  return contract.persistent_volumes.map((volume) =>
    planVolume(contract, volume, runtime, runtimes, composeProject),
  );
}

function planVolume(
  contract: Contract,
  volume: PersistentVolume,
  runtime: Runtime,
  runtimes: RuntimeSettings,
  composeProject: string | null,
): PlannedVolume {
  const locator = LOCATORS[runtime];
  const settings = contract.backup.volumes.get(volume.name) ?? null;
  const pairing = pairVolume(volume, locator.mounted(contract));
  const location = locator.locate({
    ...{ contract, volume, pairing, settings, runtimes },
    compose_project: composeProject,
  });
  const root = volumeRoot(contract, volume.name);
  return {
    volume: volume.name,
    path: volume.path,
    ...location,
    snapshot_path:
      location.kind === 'lxc_guest' ? `/backup/${contract.service_id}/${guestDumpName(contract.vmid)}` : root,
    backed_up: settings?.enabled ?? true,
    reason: settings?.reason ?? null,
    allow_empty: settings?.allow_empty ?? false,
    ...guards(settings),
    exclude: (settings?.exclude ?? []).map((pattern) => excludeBelow(root, pattern)),
  };
}

/** What has to be true of a volume, of that which a contract says. */
function guards(settings: VolumeSettings | null): Partial<PlannedVolume> {
  if (settings === null) return {};
  const { mount_point, must_contain, max_shrink } = settings;
  return {
    ...(mount_point ? { mount_point } : {}),
    ...(must_contain.length > 0 ? { must_contain } : {}),
    ...(max_shrink === null ? {} : { max_shrink_percent: max_shrink }),
  };
}

/** Those of them that are backed up. */
export function backedUp(volumes: readonly PlannedVolume[]): PlannedVolume[] {
  return volumes.filter((volume) => volume.backed_up);
}

/** Where the whole of a named volume lies, of which a part is backed up; a path of the host is its own root. */
export function rootOf({ location, suffix }: Pick<PlannedVolume, 'location' | 'suffix'>): string {
  return suffix === '' ? location : location.slice(0, -suffix.length - 1);
}

/** Where every snapshot has a volume, whatever runtime it comes from. */
export function volumeRoot(contract: Contract, volume: string): string {
  return `/backup/${contract.service_id}/${volume}`;
}

/** The fixed name under which a guest's dump is kept: vzdump's own names carry the time, so no parent would match. */
export function guestDumpName(vmid: number | null): string {
  return `vzdump-lxc-${vmid === null ? 'unknown' : String(vmid)}.tar`;
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
