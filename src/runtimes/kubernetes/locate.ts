import type { Contract, ServiceVolume } from '../../model/contract.js';
import { hostPathLocation, joinPath, type LocateInput, type Location } from '../../locate/location.js';
import { pairVolume } from '../../locate/pairing.js';
import type { Locator } from '../runtime.js';
import { contractOf } from './contract.js';
import { VOLUME_KEY } from './volume-key.js';

/**
 * A bind mount is a hostPath on the node. Anything else is the service's one claim:
 * `kubernetes.pvc.name`, else `<service_name>-data`. The live adapter mounts no more than one claim, so a second
 * managed volume has no claim unless `backup.volumes.<name>.claim` names it.
 */
export const locator: Locator = {
  mounted: (contract) => contract.service_volumes,

  locate(input) {
    const { contract, pairing, settings } = input;
    const explicit = settings?.holders[VOLUME_KEY.key] ?? null;
    if (explicit === null && pairing.partner?.host_path != null) {
      const { host_path, is_file } = pairing.partner;
      return { ...hostPathLocation(host_path, pairing.suffix), ...(is_file ? { is_file: true } : {}) };
    }
    const claim = explicit ?? (holdsDefaultClaim(input) ? defaultClaim(contract) : null);
    const held = pairing.partner?.name ?? input.volume.name;
    return {
      ...claimLocation(contract.service_namespace, claim, pairing.suffix),
      ...(claim === null ? {} : declaredClaim(input, claim)),
      ...(held === input.volume.name ? {} : { service_volume: held }),
    };
  },
};

/** The claim that the live adapter makes or takes for a service. */
function defaultClaim(contract: Contract): string {
  return contractOf(contract).pvc?.name ?? `${contract.service_name}-data`;
}

/** `location` reads `<namespace>/<claim>[/<path below its root>]`; a claim that nothing names is null. */
function claimLocation(namespace: string, claim: string | null, suffix: string): Location {
  const location = joinPath(`${namespace}/${claim ?? '(no claim)'}`, suffix);
  return { kind: 'claim', location, name: claim, namespace, suffix };
}

/**
 * Whether this volume is the one that lives on the default claim: the only managed one, or else the one whose
 * service volume carries the claim's name, or else the one that the adapter mounts, the first service volume.
 */
function holdsDefaultClaim({ contract, pairing }: LocateInput): boolean {
  const managed = managedPartners(contract);
  if (managed.length <= 1) return true;
  const { pvc } = contractOf(contract);
  const claimed =
    managed.find((partner) => partner !== null && partner.source === pvc?.name) ??
    managed.find((partner) => partner !== null && partner === contract.service_volumes[0]);
  return claimed !== undefined && pairing.partner === claimed;
}

/** The distinct service volumes behind the persistent volumes that need a claim; null for one without a partner. */
function managedPartners(contract: Contract): (ServiceVolume | null)[] {
  const partners: (ServiceVolume | null)[] = [];
  for (const volume of contract.persistent_volumes) {
    if (contract.backup.volumes.get(volume.name)?.holders[VOLUME_KEY.key] !== undefined) continue;
    const { partner } = pairVolume(volume, contract.service_volumes);
    if (partner?.host_path != null) continue;
    if (partner === null || !partners.includes(partner)) partners.push(partner);
  }
  return partners;
}

/** Size and class of a claim as far as the contract declares them; nothing where a size is no Kubernetes quantity. */
function declaredClaim(
  { contract, pairing }: LocateInput,
  claim: string,
): Pick<Location, 'claim_size' | 'storage_class'> {
  const { pvc } = contractOf(contract);
  const own = pvc?.name === claim ? pvc : null;
  const whole = contract.service_storage_gb === null ? null : `${contract.service_storage_gb}Gi`;
  const size = own?.size ?? pairing.partner?.size ?? (claim === defaultClaim(contract) ? whole : null);
  if (size === null || !/^[0-9]+(?:\.[0-9]+)?(?:[MGTPE]i?|Ki|k)?$/.test(size)) return {};
  const storageClass = own?.storage_class ?? null;
  return { claim_size: size, ...(storageClass === null ? {} : { storage_class: storageClass }) };
}
