import type { Elsewhere, ServicePlan } from '../../plan/plan.js';
import { restoreVolume } from './host-guide.js';
import { step, type Step } from './guide.js';

/**
 * The service under another runtime of its contract: snapshots look the same everywhere, so that only the target
 * differs. For hosts; a cluster takes a snapshot through its own restore pod once the service is deployed there.
 */
export function elsewhereSteps(service: ServicePlan): Step[] {
  const [from] = service.placements;
  if (from === undefined) return [];
  return service.elsewhere.flatMap((other): Step[] => {
    const volumes = other.volumes.filter((volume) => volume.kind !== 'lxc_guest' && volume.kind !== 'claim');
    if (other.runtime === 'kubernetes' || volumes.length === 0) return [];
    return [
      step(
        `On ${other.runtime}`,
        textFor(other),
        volumes.map((volume) => [
          ...restoreVolume(service, from, volume, volume.location),
          '--delete',
          '--verify',
        ]),
      ),
    ];
  });
}

function textFor({ runtime }: Elsewhere): string {
  if (runtime === 'docker')
    return 'Create the project first (docker compose up --no-start), so that its volumes exist.';
  if (runtime === 'podman') return 'Start the .volume units first, so that the volumes exist.';
  return '';
}
