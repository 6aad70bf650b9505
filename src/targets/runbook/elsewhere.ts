import type { Placement, ServicePlan } from '../../model/plan.js';
import { holdingOf, runtimeOf } from '../../runtimes/registry.js';
import type { RuntimeSettings } from '../../model/policy.js';
import { outerFirst, sparedVolumes, sparingOptions } from '../../rendering/nested-volumes.js';
import { restoreVolume } from './host-guide.js';
import { step, type Step } from '../../model/guide.js';
import { dumpsElsewhere } from './dumps-elsewhere.js';

/**
 * The service under another runtime of its contract: snapshots look the same everywhere, so that only the target
 * differs. For hosts; a cluster takes a snapshot through its own restore pod once the service is deployed there, and a
 * user's volumes below `$HOME` are restored by that user's own scripts.
 *
 * @param from whose snapshots they are: a placement that restic itself backs up
 */
export function elsewhereSteps(
  project: string,
  service: ServicePlan,
  from: Placement,
  runtimes: RuntimeSettings,
): Step[] {
  const { cluster } = runtimeOf(from.runtime);
  const perNode = from.volumes.some((volume) => cluster?.isPerNode(volume, runtimes) === true);
  const dumped = from.volumes.filter(({ kind }) => holdingOf(kind) === 'guest').map(({ volume }) => volume);
  return service.elsewhere.flatMap((other): Step[] => {
    const folders = other.volumes.filter(({ kind, location }) => isFolder(kind) && location.startsWith('/'));
    const { by_hand } = runtimeOf(other.runtime);
    if (by_hand === null || folders.length === 0) return [];
    const loads = dumpsElsewhere(project, service, from, other);
    const volumes = folders
      .filter(({ volume }) => !dumped.includes(volume))
      .map((volume) => ({ ...volume, exclude: excludeOf(from, volume.volume) }));
    const inside = folders.map(({ volume }) => volume).filter((volume) => dumped.includes(volume));
    const managed = volumes.some(({ kind }) => holdingOf(kind) === 'volume');
    const own = step(
      `On ${other.runtime}`,
      [
        ...(managed ? ['Volumes that are not there yet are made first.'] : []),
        ...(perNode
          ? ['Every node has snapshots of its own: put the id of the right one in place of latest.']
          : []),
        ...(inside.length === 0
          ? []
          : [
              `Only in the dump of the guest, out of which they have to be taken as above: ${inside.join(', ')}.`,
            ]),
        ...loads.text,
      ].join(' '),
      outerFirst(volumes).flatMap((volume) => [
        ...by_hand.recreate(other, volume),
        ...(isReplaced(from, volume.volume)
          ? []
          : [
              [
                ...restoreVolume(project, service, from, volume, volume.location),
                ...sparingOptions(service, volume, sparedVolumes(service, volume, volumes)),
                '--verify',
              ],
            ]),
      ]),
    );
    return [{ ...own, fences: loads.fences }];
  });
}

/** Whether snapshots have a dump in the place of its files. */
function isReplaced(from: Placement, name: string): boolean {
  return from.volumes.some(({ volume, dumped_by }) => volume === name && dumped_by !== undefined);
}

/** What the snapshots leave out of a volume. */
function excludeOf(from: Placement, name: string): readonly string[] {
  return from.volumes.find(({ volume }) => volume === name)?.exclude ?? [];
}

function isFolder(kind: string): boolean {
  const holding = holdingOf(kind);
  return holding === 'folder' || holding === 'volume';
}
