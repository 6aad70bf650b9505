import type { Placement, ServicePlan } from '../../plan/plan.js';
import { outerFirst, sparedVolumes, sparingOptions } from '../nested-volumes.js';
import { recreateVolume, restoreVolume } from './host-guide.js';
import { step, type Step } from './guide.js';

/**
 * The service under another runtime of its contract: snapshots look the same everywhere, so that only the target
 * differs. For hosts; a cluster takes a snapshot through its own restore pod once the service is deployed there, and a
 * user's volumes below `$HOME` are restored by that user's own scripts.
 *
 * @param from whose snapshots they are: a placement that restic itself backs up
 */
export function elsewhereSteps(service: ServicePlan, from: Placement): Step[] {
  return service.elsewhere.flatMap((other): Step[] => {
    const volumes = other.volumes.filter(({ kind, location }) => isFolder(kind) && location.startsWith('/'));
    if (other.runtime === 'kubernetes' || volumes.length === 0) return [];
    const managed = volumes.some(({ kind }) => kind === 'docker_volume' || kind === 'podman_volume');
    return [
      step(
        `On ${other.runtime}`,
        managed ? 'Volumes that are not there yet are made first.' : '',
        outerFirst(volumes).flatMap((volume) => [
          ...recreateVolume(service, volume),
          [
            ...restoreVolume(service, from, volume, volume.location),
            ...sparingOptions(volume, sparedVolumes(service, volume, volumes)),
            '--delete',
            '--verify',
          ],
        ]),
      ),
    ];
  });
}

function isFolder(kind: string): boolean {
  return kind !== 'lxc_guest' && kind !== 'claim';
}
