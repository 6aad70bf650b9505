import { installedName } from '../../names/installed.js';
import type { Placement, ServicePlan } from '../../plan/plan.js';
import { guestRestore } from '../proxmox/restore.js';
import { hostVolumes } from '../systemd/host-tree.js';
import { step, type Step } from './guide.js';
import { verifySteps } from './verify.js';
import { workload } from './workload.js';

/** Restoring a Proxmox guest out of its dump, as root on the Proxmox host; nothing where no guest is backed up. */
export function guestSteps(project: string, service: ServicePlan, placement: Placement): Step[] {
  const guide = guestRestore(project, service, placement);
  if (guide === null) return [];
  const guest = `guest ${String(service.vmid)}`;
  const { inside } = workload(service, placement);
  const hasBindMounts = hostVolumes(placement).length > 0;
  return [
    { heading: `List dumps of ${guest}`, text: '', pipelines: guide.list },
    { heading: `Stop ${guest}`, text: '', pipelines: guide.stop },
    {
      heading: `Restore ${guest} in place`,
      text: 'Replaces the guest and every disk of it that the dump holds. Bind mounts are not in it: they follow below.',
      pipelines: guide.in_place,
    },
    {
      heading: `Start ${guest}`,
      text: hasBindMounts
        ? 'If folders that it mounts are lost as well, restore them first, as below: it must not start on empty ones.'
        : '',
      pipelines: guide.start,
    },
    {
      heading: `Restore ${guest} aside`,
      text: 'A second guest under the next free number. It is not started, because it has the address of the first one.',
      pipelines: guide.aside,
    },
    { heading: 'See what a dump holds', text: '', pipelines: guide.contents },
    ...guide.volumes.flatMap((volume): Step[] => [
      {
        heading: `Restore ${volume.volume} out of the dump, into the running guest`,
        text: 'Files that are not in the dump stay.',
        pipelines: volume.in_place,
      },
      {
        heading: `Restore ${volume.volume} out of the dump, aside`,
        text: 'For single files, name the file instead of its folder.',
        pipelines: volume.aside,
      },
    ]),
    // A guest with bind mounts is verified when those are back.
    ...(hasBindMounts ? [] : verifySteps(service, inside)),
    step('Back up the guest again', 'So that the restored state is the newest dump.', [
      ['systemctl', 'start', `${installedName(project, 'vzdump', service.service_id)}.service`],
    ]),
  ];
}
