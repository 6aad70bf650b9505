import type { Placement, ServicePlan } from '../../plan/plan.js';
import { rootlessRestore } from '../podman-user/restore.js';
import { EXTRA_TEXT, restoreText, type Step } from './guide.js';
import { ownerText } from './owner.js';
import { verifySteps } from './verify.js';

/** Restoring on a host with rootless Podman: every command is typed by the user whose containers they are. */
export function rootlessSteps(project: string, service: ServicePlan, placement: Placement): Step[] {
  const guide = rootlessRestore(project, service, placement);
  if (guide === null) return [];
  return [
    {
      heading: 'List snapshots',
      text: 'Log in as the user that the containers belong to; jobs run without a login only while lingering is on.',
      pipelines: guide.list,
    },
    { heading: 'Stop the workload', text: '', pipelines: guide.stop },
    ...guide.volumes.flatMap((volume): Step[] => [
      {
        heading: `Restore ${volume.volume} in place`,
        text: restoreText(volume.spared),
        pipelines: volume.in_place,
      },
      {
        heading: `Show what ${volume.volume} has besides`,
        text: EXTRA_TEXT.show,
        pipelines: volume.show_extra,
      },
      {
        heading: `Delete what ${volume.volume} has besides`,
        text: EXTRA_TEXT.delete,
        pipelines: volume.delete_extra,
      },
      {
        heading: `Restore ${volume.volume} aside`,
        text: 'To look at it, or to take single files out of it.',
        pipelines: volume.aside,
      },
    ]),
    {
      heading: 'Check owners',
      text: ownerText(service, placement),
      pipelines: guide.volumes.flatMap(({ owners }) => owners),
    },
    { heading: 'Start the workload', text: '', pipelines: guide.start },
    ...verifySteps(service, ['podman', 'exec', service.service_name]),
    {
      heading: 'Back up again',
      text: 'So that the restored state is the newest snapshot.',
      pipelines: guide.back_up,
    },
  ];
}
