import type { Contract, ServiceVolume } from '../../model/contract.js';
import { hostPathLocation, joinPath, type LocateInput, type Location } from '../../locate/location.js';
import { isAtOrBelow, pairVolume, type Pairing } from '../../locate/pairing.js';
import type { Locator } from '../runtime.js';
import { contractOf } from './contract.js';
import { VOLUME_KEY } from './volume-key.js';

/**
 * What the live adapter makes of a contract: it mounts the first of `service_volumes` and nothing else, a bind mount as a
 * hostPath of the node, anything else as the claim `<service_name>-data`; without `service_volumes` it mounts that claim at
 * `/data`. What it does not mount is not in the cluster, unless `backup.volumes.<name>.claim` says what holds it.
 */
export const locator: Locator = {
  mounted: (contract) => contract.service_volumes,

  locate(input) {
    const { contract, volume, pairing, settings } = input;
    const explicit = settings?.holders[VOLUME_KEY.key] ?? null;
    const held = holding(input);
    if (explicit !== null) {
      const isUsual = explicit === usualClaim(contract);
      return inClaim(input, explicit, (isUsual ? held?.suffix : null) ?? pairing.suffix, pairing.partner);
    }
    if (held === null)
      return { ...claimLocation(contract.service_namespace, null, ''), obstacle: NOT_MOUNTED };
    const { partner, suffix } = held;
    if (partner?.host_path != null && !partner.is_source) {
      return {
        ...hostPathLocation(partner.host_path, suffix),
        ...(partner.is_file ? { is_file: true } : {}),
      };
    }
    if (otherClaim(contract) === null) return inClaim(input, usualClaim(contract), suffix, partner);
    return {
      ...claimLocation(contract.service_namespace, null, suffix),
      obstacle: `nothing says which claim holds \`${volume.name}\``,
    };
  },
};

/** Why a volume that is in the contract is not in the cluster. */
export const NOT_MOUNTED = 'not mounted on kubernetes';

/** Where the adapter mounts the claim of a contract that has no `service_volumes`. */
export const USUAL_TARGET = '/data';

/** The claim that the live adapter makes. */
export function usualClaim({ service_name }: Contract): string {
  return `${service_name}-data`;
}

/**
 * The claim that `kubernetes.pvc` names, where it is another one than the adapter makes. The adapter does not read that
 * key, an adapter of the user's own may: only people know which of the two there is.
 */
export function otherClaim(contract: Contract): string | null {
  const { pvc } = contractOf(contract);
  return pvc === null || pvc.name === usualClaim(contract) ? null : pvc.name;
}

/** The part of what the adapter mounts that holds a volume, and the service volume that it is; null where none does. */
function holding({ contract, volume, pairing }: LocateInput): Omit<Pairing, 'misnamed'> | null {
  const [first] = contract.service_volumes;
  if (first === undefined) {
    const isInside = isAtOrBelow(volume.path, USUAL_TARGET);
    return isInside ? { partner: null, suffix: volume.path.slice(USUAL_TARGET.length + 1) } : null;
  }
  const { partner, suffix, misnamed } = pairVolume(volume, [first]);
  // A name alone says nothing where another volume has the path.
  const isHeld = misnamed === null ? partner !== null : pairing.partner === first;
  return isHeld ? { partner: first, suffix } : null;
}

function inClaim(input: LocateInput, claim: string, suffix: string, partner: ServiceVolume | null): Location {
  const { contract, volume } = input;
  const held = partner?.name ?? volume.name;
  return {
    ...claimLocation(contract.service_namespace, claim, suffix),
    ...declaredClaim(contract, partner, claim),
    ...(held === volume.name ? {} : { service_volume: held }),
  };
}

/** Whether nothing in the cluster is known to hold a volume. */
export function isHomeless({ kind, name }: Pick<Location, 'kind' | 'name'>): boolean {
  return kind === 'claim' && name === null;
}

/** `location` reads `<namespace>/<claim>[/<path below its root>]`; a claim that nothing names is null. */
function claimLocation(namespace: string, claim: string | null, suffix: string): Location {
  const location = joinPath(`${namespace}/${claim ?? '(no claim)'}`, suffix);
  return { kind: 'claim', location, name: claim, namespace, suffix };
}

/**
 * Size and class of a claim as far as the contract declares them; nothing where a size is no Kubernetes quantity. The adapter
 * makes its claim as large as the service's storage is said to be, whatever else the contract says.
 */
function declaredClaim(
  contract: Contract,
  partner: ServiceVolume | null,
  claim: string,
): Pick<Location, 'claim_size' | 'storage_class'> {
  const { pvc } = contractOf(contract);
  const own = pvc?.name === claim ? pvc : null;
  const declared = own?.size ?? partner?.size ?? null;
  const whole = wholeSize(contract);
  const isMade = claim === usualClaim(contract);
  const size = isMade ? (whole ?? declared) : (declared ?? (own === null ? null : whole));
  if (size === null || !QUANTITY.test(size)) return {};
  const storageClass = own?.storage_class ?? null;
  return { claim_size: size, ...(storageClass === null ? {} : { storage_class: storageClass }) };
}

const QUANTITY = /^[0-9]+(?:\.[0-9]+)?(?:[MGTPE]i?|Ki|k)?$/;

/** What the contract says of the service's storage as a whole. */
function wholeSize(contract: Contract): string | null {
  const { service_storage_gb: gigabytes } = contract;
  return gigabytes === null ? contractOf(contract).storage_size : `${gigabytes}Gi`;
}
