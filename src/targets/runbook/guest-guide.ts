import { guestRestore, type GuestRestore } from '../proxmox/restore.js';
import { fenced, type Fence, type Pipeline, type Step } from '../../model/guide.js';
import type { HostPlace } from './host-guide.js';

/**
 * What comes before a Proxmox guest stops, then the guest itself out of its dump; nothing where no guest is backed up. It
 * is not started: folders that it mounts come back first.
 */
export function guestBeforeSteps(place: HostPlace): Step[] {
  const guide = guideOf(place);
  if (guide === null) return [];
  const guest = nameOf(place);
  const { at } = place;
  return [
    typed(
      at,
      `Choose a dump of ${guest}`,
      'In the commands below latest is the newest complete one.',
      guide.list,
    ),
    typed(at, 'Look into a dump', '', guide.contents),
    typed(
      at,
      `Restore ${guest} aside`,
      'A second guest under the next free number. It is not started, because it has the address of the first one.',
      guide.aside,
    ),
  ];
}

/** The guest in place, once it stands still and before it starts again. */
export function guestInPlaceSteps(place: HostPlace): Step[] {
  const guide = guideOf(place);
  if (guide === null) return [];
  return [
    typed(
      place.at,
      `Restore ${nameOf(place)} in place`,
      'Replaces the guest and every disk of it that the dump holds. Folders of the host that it mounts are not in it.',
      guide.in_place,
    ),
  ];
}

/** Single volumes out of the dump, into the guest that runs. */
export function guestAfterSteps(place: HostPlace): Step[] {
  const guide = guideOf(place);
  if (guide === null) return [];
  const fences = (of: (volume: GuestRestore['volumes'][number]) => readonly Pipeline[]): Fence[] =>
    guide.volumes.map((volume) => ({ lead: `${place.at}, for ${volume.volume}`, pipelines: of(volume) }));
  return [
    fenced(
      'Restore single volumes out of a dump aside',
      'In place of the whole guest. For single files, name the file instead of its folder.',
      fences(({ aside }) => aside),
    ),
    fenced(
      'Restore single volumes out of a dump into the guest',
      'While it runs. Files that are not in the dump stay.',
      fences(({ in_place }) => in_place),
    ),
  ];
}

function guideOf({ project, service, placement }: HostPlace): GuestRestore | null {
  return guestRestore(project, service, placement);
}

function nameOf({ service }: HostPlace): string {
  return `guest ${String(service.vmid)}`;
}

function typed(lead: string, heading: string, text: string, pipelines: readonly Pipeline[]): Step {
  return fenced(heading, text, [{ lead, pipelines }]);
}
