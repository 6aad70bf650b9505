import { fenced, type Fence, type Pipeline, type Step } from '../../model/guide.js';
import type { OwnSteps, StepPlace } from '../runtime.js';
import { guestRestore, type GuestRestore } from './restore.js';

/** Nothing where no guest is backed up. */
export const guestSteps: OwnSteps = {
  before: guestBeforeSteps,
  in_place: guestInPlaceSteps,
  remake: () => [],
  after: guestAfterSteps,
};

/**
 * What comes before a guest stops, then the guest itself out of its dump; it
 * is not started: folders that it mounts come back first.
 */
function guestBeforeSteps(place: StepPlace): Step[] {
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
function guestInPlaceSteps(place: StepPlace): Step[] {
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
function guestAfterSteps(place: StepPlace): Step[] {
  const guide = guideOf(place);
  if (guide === null || guide.volumes.length === 0) return [];
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

function guideOf({ project, service, placement }: StepPlace): GuestRestore | null {
  return guestRestore(project, service, placement);
}

function nameOf({ service }: StepPlace): string {
  return `guest ${String(service.vmid)}`;
}

function typed(lead: string, heading: string, text: string, pipelines: readonly Pipeline[]): Step {
  return fenced(heading, text, [{ lead, pipelines }]);
}
