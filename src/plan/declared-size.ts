import type { Contract } from '../model/contract.js';
import { RUNTIME_LIST } from '../runtimes/registry.js';

/** The size that a contract declares, in GB; null where it declares none. */
export function declaredGigabytes(contract: Contract): number | null {
  if (contract.service_storage_gb !== null) return contract.service_storage_gb;
  const own = RUNTIME_LIST.map(({ declaredSize }) => declaredSize?.(contract) ?? null);
  const sizes = [...own, ...contract.service_volumes.map((volume) => volume.size)].flatMap((size) => {
    const gigabytes = size === null ? null : parseQuantity(size);
    return gigabytes === null ? [] : [gigabytes];
  });
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0);
}

const UNITS: Readonly<Record<string, number>> = { '': 1e-9, K: 1e-6, M: 1e-3, G: 1, T: 1e3, P: 1e6, E: 1e9 };

/** A Kubernetes quantity such as `20Gi` in GB, near enough to tell large from small. */
function parseQuantity(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([KMGTPE]?)i?B?$/i.exec(text);
  const unit = UNITS[match?.[2]?.toUpperCase() ?? '-'];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}
