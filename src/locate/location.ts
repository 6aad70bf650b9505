import type { Contract, PersistentVolume, ServiceVolume, VolumeSettings } from '../model/contract.js';
import type { PlannedVolume } from '../model/plan.js';
import type { Deployment, Policy } from '../model/policy.js';
import type { Pairing } from './pairing.js';

/** Where a persistent volume lives on one runtime. */
export type Location = Pick<
  PlannedVolume,
  | 'kind'
  | 'location'
  | 'name'
  | 'namespace'
  | 'suffix'
  | 'is_file'
  | 'service_volume'
  | 'claim_size'
  | 'storage_class'
>;

/** What the place of a volume depends on besides the contract. */
export type LocatePolicy = Pick<Policy, 'runtimes'>;

export interface LocateInput {
  readonly contract: Contract;
  readonly volume: PersistentVolume;
  /** The service volume that holds it, among those that this runtime mounts. */
  readonly pairing: Pairing;
  readonly settings: VolumeSettings | null;
  readonly policy: LocatePolicy;
  /** Null where no entry of the policy put the service there. */
  readonly deployment: Deployment | null;
}

/**
 * Where a volume lies, the name under which snapshots have it where that is not the volume's own, and what keeps any job
 * from reading it, in words, where something does.
 */
export type Located = Location & { readonly dump?: string; readonly obstacle?: string };

/** Everything that a contract mounts anywhere: a contract with several Compose services lists what each of them mounts. */
export function declaredVolumes(contract: Contract): ServiceVolume[] {
  return [...contract.compose_volumes, ...contract.service_volumes];
}

/** The word for a bind mount's folder, on every runtime that has bind mounts. */
export const HOST_PATH = 'host_path';

/** A bind mount's place on the host: the declared path plus what lies below the mount's target. */
export function hostPathLocation(hostPath: string, suffix: string): Location {
  return { kind: HOST_PATH, location: joinPath(hostPath, suffix), name: null, namespace: null, suffix: '' };
}

/** `/a` and `b/c` give `/a/b/c`; an empty suffix gives the path itself. */
export function joinPath(path: string, suffix: string): string {
  if (suffix === '') return path;
  return path === '/' ? `/${suffix}` : `${path}/${suffix}`;
}
