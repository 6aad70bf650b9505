import { holdingOf, runtimeOf } from '../../runtimes/registry.js';
import type { Contract } from '../../model/contract.js';
import { isAtOrBelow } from '../../locate/pairing.js';
import type { Pointer } from '../../source/document.js';
import type { PlannedVolume, Placement } from '../../model/plan.js';
import { contractsInPlace, type Check } from '../../model/check.js';
import { declaredAt } from './declared.js';

export interface LocatedVolume {
  readonly contract: Contract;
  readonly placement: Placement;
  readonly volume: PlannedVolume;
  readonly pointer: Pointer;
}

/** Every located volume that is backed up, with where its contract declares it. */
export function locatedVolumes({ deployed, plan }: Parameters<Check>[0]): LocatedVolume[] {
  const contractOf = contractsInPlace({ deployed });
  return plan.services.flatMap(({ service_id, placements }) =>
    placements.flatMap((placement) => {
      const contract = contractOf(service_id, placement);
      if (contract === undefined) return [];
      return placement.volumes
        .filter((volume) => volume.backed_up)
        .map((volume) => ({
          contract,
          placement,
          volume,
          pointer: declaredAt(contract, volume.volume, placement.runtime),
        }));
    }),
  );
}

/**
 * What `BindReadOnlyPaths=` cannot carry: systemd 257 loses quotes and tabs of a path on the way to the job (it fails
 * with "Failed to deserialize"), and `/backup` is where the job has its own view.
 */
export const unbindablePath: Check = (input) =>
  locatedVolumes(input)
    .filter(
      ({ placement, volume }) =>
        runtimeOf(placement.runtime).runs_on === 'host' && holdingOf(volume.kind) !== 'guest',
    )
    .flatMap(({ contract, volume, pointer }) => {
      const problem = bindProblem(volume.location);
      if (problem === null) return [];
      return [
        {
          code: 'STW404' as const,
          severity: 'error' as const,
          message: `\`${volume.location}\` cannot be backed up on a host: ${problem}`,
          span: contract.document.span(pointer),
          hint: 'move the data to another folder',
        },
      ];
    });

function bindProblem(location: string): string | null {
  if (/["']/.test(location)) return 'systemd cannot mount a path that holds a quote';
  if (location === '/') return 'it is the whole file system';
  return isAtOrBelow(location, '/backup')
    ? 'jobs see their volumes under `/backup`, which hides what is there'
    : null;
}
