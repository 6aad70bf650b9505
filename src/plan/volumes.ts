import type {
  Contract,
  PersistentVolume,
  RuntimeName,
  ServiceVolume,
  VolumeSettings,
} from '../model/contract.js';
import { declaredVolumes, type LocatePolicy } from '../locate/location.js';
import { pairVolume } from '../locate/pairing.js';
import type { Deployment } from '../model/policy.js';
import { runtimeOf } from '../runtimes/registry.js';
import { excludeBelow } from '../excludes/bound.js';
import type { PlannedVolume } from '../model/plan.js';
import { wishFor } from '../model/volume.js';

/** Every persistent volume of a contract, located on one runtime, in the contract's order. */
export function planVolumes(
  contract: Contract,
  runtime: RuntimeName,
  policy: LocatePolicy,
  deployment: Deployment | null = null,
): PlannedVolume[] {
  return contract.persistent_volumes.map((volume) =>
    planVolume(contract, volume, runtime, policy, deployment),
  );
}

function planVolume(
  contract: Contract,
  volume: PersistentVolume,
  runtime: RuntimeName,
  policy: LocatePolicy,
  deployment: Deployment | null,
): PlannedVolume {
  const { mounted, locate } = runtimeOf(runtime);
  const settings = contract.backup.volumes.get(volume.name) ?? null;
  const pairing = pairVolume(volume, mounted(contract));
  const { dump, obstacle, ...location } = locate({ contract, volume, pairing, settings, policy, deployment });
  const root = volumeRoot(contract, volume.name);
  const { enabled, reason } = wishFor(contract, volume.name, runtime);
  return {
    volume: volume.name,
    path: volume.path,
    ...location,
    snapshot_path: dump === undefined ? root : volumeRoot(contract, dump),
    ...(enabled && obstacle !== undefined
      ? { backed_up: false, reason: obstacle, obstacle }
      : { backed_up: enabled, reason }),
    allow_empty: settings?.allow_empty ?? false,
    ...guards(settings),
    exclude: [...(settings?.exclude ?? []), ...(volume.excludes ?? []).map(({ pattern }) => pattern)].map(
      (pattern) => excludeBelow(root, pattern),
    ),
  };
}

/** What has to be true of a volume, of that which a contract says. */
function guards(settings: VolumeSettings | null): Partial<PlannedVolume> {
  if (settings === null) return {};
  const { mount_point, must_contain, max_source_age, max_shrink } = settings;
  return {
    ...(mount_point ? { mount_point } : {}),
    ...(must_contain.length > 0 ? { must_contain } : {}),
    ...(max_source_age === null ? {} : { max_source_age }),
    ...(max_shrink === null ? {} : { max_shrink_percent: max_shrink }),
  };
}

/** Where every snapshot has a volume, whatever runtime it comes from. */
export function volumeRoot(contract: Contract, volume: string): string {
  return `/backup/${contract.service_id}/${volume}`;
}

/** Service volumes that hold no persistent volume: mounted, but nobody said that they are worth keeping. */
export function unprotectedVolumes(contract: Contract): ServiceVolume[] {
  const mounted = [...contract.service_volumes, ...contract.compose_volumes];
  const lists = [contract.service_volumes, declaredVolumes(contract)];
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
