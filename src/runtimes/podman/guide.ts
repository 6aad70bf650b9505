import type { GuidePlace } from '../runtime.js';
import { stopSteps } from '../stop.js';
import { byHand, insideContainer } from './by-hand.js';
import { rootlessRestore, type RootlessRestore, type RootlessVolumeRestore } from './render/restore.js';
import { chooseSteps } from '../../steps/choose.js';
import { fence, fenced, type Command, type Fence, type Step } from '../../model/guide.js';
import { deleteExtra, inPlaceSteps } from '../../steps/in-place.js';
import { restoredOwners } from '../../steps/owners.js';
import { holdStep, resumeStep } from '../../steps/timers.js';
import { loadDumps } from '../load-dumps.js';
import { verifySteps } from '../../steps/verify.js';

/** Scripts and folders of the user are named from the home folder. */
const HOME: Command = ['cd'];

/** Restoring on a host with rootless Podman: every command is typed by the user whose containers they are. Null for root's. */
export function rootlessGuide(place: GuidePlace): Step[] | null {
  const { project, service, placement, repository, at } = place;
  const guide = rootlessRestore(project, service, placement);
  if (guide === null) return null;
  const unit = `${service.service_unit_name}.service`;
  const commands = placement.commands ?? { stop: null, start: null, exec: null };
  const jobs = {
    project,
    at,
    systemctl: ['systemctl', '--user'],
    units: place.jobs.map(({ object }) => object.name),
  };
  const forEach: ForEach = (commandOf) =>
    guide.volumes.map((volume) => fence(`${at}, for ${volume.volume.volume}`, [HOME, commandOf(volume)]));
  const has_files = guide.volumes.length > 0;
  return [
    ...(has_files ? lookingSteps(place, guide, forEach) : []),
    holdStep(jobs, repository),
    ...stopSteps({
      service,
      placement,
      by_hand: byHand,
      at,
      stop: [commands.stop ?? ['systemctl', '--user', 'stop', unit]],
      check: [HOME, guide.check],
    }),
    ...(has_files ? replacingSteps(place, guide, forEach) : []),
    ...loadDumps(place, 'stopped'),
    fenced('Start the workload', '', [
      fence(commands.start === null ? at : 'With what deploys it, there', [
        commands.start ?? ['systemctl', '--user', 'start', unit],
      ]),
    ]),
    ...loadDumps(place, 'running'),
    ...verifySteps(service, commands.exec ?? insideContainer(service)),
    resumeStep(jobs, repository),
  ];
}

type ForEach = (commandOf: (volume: RootlessVolumeRestore) => Command) => Fence[];

/** What stops nothing. */
function lookingSteps(
  { service, placement, at }: GuidePlace,
  guide: RootlessRestore,
  forEach: ForEach,
): Step[] {
  return [
    ...chooseSteps({
      at,
      before: [HOME],
      restic: guide.restic,
      snapshotHost: placement.snapshot_host,
      tags: service.tags,
      paths: guide.volumes.map(({ volume }) => volume.snapshot_path),
    }),
    fenced(
      'Restore aside',
      'To look at it, or to take single files out of it. Nothing has to stop for that.',
      forEach(({ aside }) => aside),
    ),
  ];
}

/** While the workload stands still. */
function replacingSteps(
  { service, placement, at }: GuidePlace,
  guide: RootlessRestore,
  forEach: ForEach,
): Step[] {
  return [
    ...inPlaceSteps({
      spared: guide.volumes.flatMap(({ spared }) => spared),
      restore: forEach(({ in_place }) => [...in_place, '--verify']),
      preview: forEach(({ volume, in_place }) => deleteExtra(service, volume, '--preview', in_place)),
      apply: forEach(({ volume, in_place }) => deleteExtra(service, volume, '--apply', in_place)),
    }),
    fenced('Check owners', restoredOwners(service, byHand.owners(placement)), [
      fence(at, [HOME, ...guide.volumes.map(({ owners }) => owners)]),
    ]),
  ];
}
