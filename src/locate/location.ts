import type {
  Contract,
  PersistentVolume,
  Runtime,
  ServiceVolume,
  VolumeSettings,
} from '../contract/contract.js';
import type { LocationKind } from '../plan/plan.js';
import type { RuntimeSettings } from '../policy/policy.js';
import type { Pairing } from './pairing.js';

/** Where a persistent volume lives on one runtime. See {@link PlannedVolume} for the meaning of each field. */
export interface Location {
  readonly kind: LocationKind;
  readonly location: string;
  readonly name: string | null;
  readonly namespace: string | null;
  readonly suffix: string;
  readonly is_file?: true;
  readonly service_volume?: string;
  readonly claim_size?: string;
  readonly storage_class?: string;
}

export interface LocateInput {
  readonly contract: Contract;
  readonly volume: PersistentVolume;
  /** The service volume that holds it, among those that this runtime mounts. */
  readonly pairing: Pairing;
  readonly settings: VolumeSettings | null;
  readonly runtimes: RuntimeSettings;
  /** Null for the project that Compose takes from the folder. */
  readonly compose_project: string | null;
}

/** What one runtime's adapter does with volumes. Pure; every contract that loads has a location on every runtime. */
export interface Locator {
  readonly runtime: Runtime;
  /** The volumes that this runtime's adapter mounts. */
  mounted(contract: Contract): readonly ServiceVolume[];
  locate(input: LocateInput): Location;
}

/** A bind mount's place on the host: the declared path plus what lies below the mount's target. */
export function hostPathLocation(hostPath: string, suffix: string): Location {
  return { kind: 'host_path', location: joinPath(hostPath, suffix), name: null, namespace: null, suffix: '' };
}

/** `/a` and `b/c` give `/a/b/c`; an empty suffix gives the path itself. */
export function joinPath(path: string, suffix: string): string {
  if (suffix === '') return path;
  return path === '/' ? `/${suffix}` : `${path}/${suffix}`;
}
