import { asideFolder, libraryScript, resticCommand, restoreCommand } from '../../names/installed.js';
import type { Placement, PlannedVolume, ServicePlan } from '../../model/plan.js';
import type { GuidePlace } from '../../runtimes/runtime.js';
import { stopSteps } from '../../runtimes/stop.js';
import { rootOf } from '../../model/volume.js';
import { outerFirst, sparedVolumes, sparingOptions } from '../../rendering/nested-volumes.js';
import { foldersOf, heldVolumes, hostVolumes } from '../host-volumes.js';
import { chooseSteps } from '../../steps/choose.js';
import { fence, fenced, step, type Command, type Step } from '../../model/guide.js';
import { deleteExtra, inPlaceSteps } from '../../steps/in-place.js';
import { loadDumps } from '../../runtimes/load-dumps.js';
import { ownerText } from './owner.js';
import { holdStep, resumeStep, type Jobs } from '../../steps/timers.js';
import { verifySteps } from '../../steps/verify.js';
import { byHand, workload } from './workload.js';

/** Restoring on a host whose jobs systemd runs: every command is typed there, as root. */
export function hostSteps(place: GuidePlace): Step[] {
  const { project, service, placement, repository, at } = place;
  const volumes = outerFirst(hostVolumes(placement));
  const { stop, start, inside } = workload(service, placement);
  const by_hand = byHand(placement);
  const { before, in_place, remake, after } = by_hand.steps;
  const jobs = jobsOf(place);
  // Files of databases that are dumped are not restored, but must not be in use either.
  const held = outerFirst(heldVolumes(placement));
  return [
    ...(volumes.length === 0 ? [] : chooseSteps(choiceOf(place, volumes))),
    ...before(place),
    ...asideSteps(place, volumes),
    holdStep(jobs, repository),
    ...stopSteps({ service, placement, by_hand, at, stop, check: checkUnused(project, held) }),
    ...in_place(place),
    ...recreateSteps(place, held),
    ...restoreSteps(place, volumes),
    ...ownerSteps(place, volumes),
    ...loadDumps(place, 'stopped'),
    ...remake(place),
    startStep(place, start),
    ...loadDumps(place, 'running'),
    ...after(place),
    ...verifySteps(service, inside),
    resumeStep(jobs, repository),
  ];
}

function jobsOf({ project, jobs, at }: GuidePlace): Jobs {
  return { project, at, systemctl: ['systemctl'], units: jobs.map(({ object }) => object.name) };
}

function choiceOf({ project, service, placement, at }: GuidePlace, volumes: readonly PlannedVolume[]) {
  return {
    at,
    before: [],
    restic: [resticCommand(project, service.repository)],
    snapshotHost: placement.snapshot_host,
    tags: service.tags,
    paths: volumes.map(({ snapshot_path }) => snapshot_path),
  };
}

function checkUnused(project: string, volumes: readonly PlannedVolume[]): Command[] {
  return volumes.length === 0 ? [] : [[libraryScript(project, 'check-unused.sh'), ...roots(volumes)]];
}

/** The folders to look at: of a volume all of it, because the workload has mounted all of it. */
function roots(volumes: readonly PlannedVolume[]): string[] {
  return [...new Set(volumes.map(rootOf))];
}

function startStep({ service, placement, at }: GuidePlace, start: readonly Command[]): Step {
  const own = placement.commands?.start ?? null;
  const text = start.length === 0 ? `Start the guest of ${service.service_name}.` : '';
  return fenced(
    'Start the workload',
    text,
    start.length === 0 ? [] : [fence(own === null ? at : 'With what deploys it, there', start)],
  );
}

function filter(service: ServicePlan, placement: Placement): string[] {
  return ['--host', placement.snapshot_host, '--tag', service.tags.join(',')];
}

/**
 * The command that restores one volume to a folder of a host.
 *
 * @param target absolute path; made when it is missing
 */
export function restoreVolume(
  project: string,
  service: ServicePlan,
  placement: Placement,
  volume: Pick<PlannedVolume, 'snapshot_path'>,
  target: string,
): Command {
  const path = volume.snapshot_path;
  const only = [...filter(service, placement), '--path', path];
  return [restoreCommand(project, service.repository), 'latest', path, target, ...only];
}

/** A fence for each volume: whoever needs only one of them copies that. */
function forEach(
  { at }: GuidePlace,
  volumes: readonly PlannedVolume[],
  commandOf: (volume: PlannedVolume) => Command,
) {
  return volumes.map((volume) => fence(`${at}, for ${volume.volume}`, [commandOf(volume)]));
}

function asideSteps(place: GuidePlace, volumes: readonly PlannedVolume[]): Step[] {
  if (volumes.length === 0) return [];
  const { project, service, placement } = place;
  return [
    fenced(
      'Restore aside',
      'To look at it, or to take single files out of it. Nothing has to stop for that.',
      forEach(place, volumes, (volume) => [
        ...restoreVolume(
          project,
          service,
          placement,
          volume,
          `${asideFolder(project)}/${service.service_id}/${volume.volume}`,
        ),
        '--verify',
      ]),
    ),
  ];
}

function restoreSteps(place: GuidePlace, volumes: readonly PlannedVolume[]): Step[] {
  if (volumes.length === 0) return [];
  const { project, service, placement } = place;
  const folders = foldersOf(placement);
  const spared = volumes.flatMap((volume) => sparedVolumes(service, volume, folders));
  const inPlace = (volume: PlannedVolume): Command => [
    ...restoreVolume(project, service, placement, volume, volume.location),
    ...sparingOptions(service, volume, sparedVolumes(service, volume, folders)),
  ];
  return inPlaceSteps({
    spared: spared.map(({ volume }) => volume),
    restore: forEach(place, volumes, (volume) => [...inPlace(volume), '--verify']),
    preview: forEach(place, volumes, (volume) => deleteExtra(service, volume, '--preview', inPlace(volume))),
    apply: forEach(place, volumes, (volume) => deleteExtra(service, volume, '--apply', inPlace(volume))),
  });
}

function ownerSteps({ service, placement }: GuidePlace, volumes: readonly PlannedVolume[]): Step[] {
  if (volumes.length === 0) return [];
  const commands = volumes.map(({ location }) => [...asReader(service), 'ls', '-lan', location]);
  return [step('Check owners', ownerText(service, placement), commands)];
}

/** Where a user is named who reads, root may not even look (NFS with `root_squash`). */
function asReader({ run_as }: ServicePlan): Command {
  if (run_as === 'restic' || run_as === 'root') return [];
  return ['setpriv', `--reuid=${run_as}`, '--clear-groups'];
}

function recreateSteps({ placement, at }: GuidePlace, volumes: readonly PlannedVolume[]): Step[] {
  const { recreate } = byHand(placement);
  const commands = volumes.flatMap((volume) => recreate(placement, volume));
  if (commands.length === 0) return [];
  return [
    fenced('Make the volumes again, if they are gone', 'Does nothing for those that are there.', [
      fence(at, unique(commands)),
    ]),
  ];
}

function unique(commands: readonly Command[]): Command[] {
  return [...new Map(commands.map((command) => [command.join('\0'), command])).values()];
}
