import type { PersistentVolume, ServiceVolume } from '../../model/contract.js';
import { closest } from '../../diagnostics/did-you-mean.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { pairVolume } from '../../locate/pairing.js';
import { runtimeOf } from '../../runtimes/registry.js';
import type { Deployed } from '../../model/deployed.js';
import { wishFor } from '../../model/volume.js';
import type { Check } from '../../model/check.js';

/**
 * Nothing mounts the path: the container runtimes would keep it in a volume of its own name. Where a mount that holds
 * nothing else is nearly called so, or lies nearly there, one of the two is likely misspelt.
 */
export const fallbackVolume: Check = ({ deployed }) =>
  deployed
    .filter(({ runtime }) => Object.values(runtimeOf(runtime).kinds).includes('volume'))
    .flatMap((entry) => {
      const { contract, runtime } = entry;
      const mounted = runtimeOf(runtime).mounted(contract);
      const used = new Set(contract.persistent_volumes.map((volume) => pairVolume(volume, mounted).partner));
      const free = mounted.filter((volume) => !used.has(volume));
      return contract.persistent_volumes
        .filter((volume) => wishFor(contract, volume.name, runtime).enabled)
        .filter((volume) => isFallback(entry, volume, mounted))
        .map((volume) => fallback(entry, volume, nearest(volume, free)));
    });

function fallback(
  { contract, runtime }: Deployed,
  { name, path, pointer }: PersistentVolume,
  near: ServiceVolume | null,
): Diagnostic {
  return {
    code: 'STW403',
    severity: near === null ? 'info' : 'warning',
    message: `no service volume holds \`${path}\`, so on ${runtime} a managed volume \`${name}\` is backed up`,
    span: contract.document.span([...pointer, 'path']),
    hint:
      near === null
        ? 'add it to `service_volumes` if the workload mounts it from elsewhere'
        : `did you mean \`${near.name}\`, which is mounted at \`${near.target}\`? Make the paths agree, or add \`${path}\` to \`service_volumes\``,
  };
}

function isFallback(
  { contract, runtime }: Deployed,
  volume: PersistentVolume,
  mounted: readonly ServiceVolume[],
): boolean {
  const { volume_key } = runtimeOf(runtime);
  const holders = contract.backup.volumes.get(volume.name)?.holders;
  const explicit = volume_key === null ? undefined : holders?.[volume_key.key];
  return pairVolume(volume, mounted).partner === null && explicit === undefined;
}

/** The mount that a volume may have been meant to be in; null for none. */
function nearest({ name, path }: PersistentVolume, free: readonly ServiceVolume[]): ServiceVolume | null {
  const word = closest(
    name,
    free.map((volume) => volume.name),
  );
  const target = closest(
    path,
    free.map((volume) => volume.target),
    2,
  );
  return (
    free.find((volume) => volume.name === word) ??
    free.find((volume) => volume.target === target) ??
    free.find((volume) => partsOf(volume.name).includes(name) || partsOf(name).includes(volume.name)) ??
    null
  );
}

/** `paperless-data` has the parts `paperless` and `data`. */
function partsOf(name: string): string[] {
  return name.split(/[-_./]+/);
}
