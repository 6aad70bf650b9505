import { asideFolder } from '../../names/installed.js';
import type { Job } from '../../model/job.js';
import type { Placement, PlannedVolume, RepositoryPlan, ServicePlan } from '../../plan/plan.js';
import { outerFirst, sparedVolumes, sparingOptions } from '../nested-volumes.js';
import { libraryScript, resticCommand, restoreCommand } from '../systemd/host-files.js';
import { hostVolumes } from '../../hosts/host-tree.js';
import { chooseSteps } from './choose.js';
import { guestAfterSteps, guestBeforeSteps, guestInPlaceSteps } from './guest-guide.js';
import { fence, fenced, step, type Command, type Step } from './guide.js';
import { deleteExtra, inPlaceSteps } from './in-place.js';
import { ownerText } from './owner.js';
import { roots, stopSteps } from './stop.js';
import { holdStep, resumeStep, type Jobs } from './timers.js';
import { verifySteps } from './verify.js';
import { composeServices, projectOf, workload } from './workload.js';

/** One service on a host whose jobs systemd runs, and what its page knows of the place. */
export interface HostPlace {
  /** The project's name, which is part of every installed one. */
  readonly project: string;
  readonly service: ServicePlan;
  readonly placement: Placement;
  readonly repository: RepositoryPlan;
  /** Of the service in this place. */
  readonly jobs: readonly Job[];
  /** Where everything is typed. */
  readonly at: string;
}

/** Restoring on a host whose jobs systemd runs: every command is typed there, as root. */
export function hostSteps(place: HostPlace): Step[] {
  const { project, service, placement, repository, at } = place;
  const volumes = outerFirst(hostVolumes(placement));
  const { stop, start, inside } = workload(service, placement);
  const jobs = jobsOf(place);
  return [
    ...(volumes.length === 0 ? [] : chooseSteps(choiceOf(place, volumes))),
    ...guestBeforeSteps(place),
    ...asideSteps(place, volumes),
    holdStep(jobs, repository),
    ...stopSteps({ service, placement, at, stop, check: checkUnused(project, volumes) }),
    ...guestInPlaceSteps(place),
    ...recreateSteps(place, volumes),
    ...restoreSteps(place, volumes),
    ...ownerSteps(place, volumes),
    ...projectSteps(place),
    startStep(place, start),
    ...guestAfterSteps(place),
    ...verifySteps(service, inside),
    resumeStep(jobs, repository),
  ];
}

function jobsOf({ project, jobs, at }: HostPlace): Jobs {
  return { project, at, systemctl: ['systemctl'], units: jobs.map(({ object }) => object.name) };
}

function choiceOf({ project, service, placement, at }: HostPlace, volumes: readonly PlannedVolume[]) {
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

function startStep({ service, placement, at }: HostPlace, start: readonly Command[]): Step {
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
  { at }: HostPlace,
  volumes: readonly PlannedVolume[],
  commandOf: (volume: PlannedVolume) => Command,
) {
  return volumes.map((volume) => fence(`${at}, for ${volume.volume}`, [commandOf(volume)]));
}

function asideSteps(place: HostPlace, volumes: readonly PlannedVolume[]): Step[] {
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

function restoreSteps(place: HostPlace, volumes: readonly PlannedVolume[]): Step[] {
  if (volumes.length === 0) return [];
  const { project, service, placement } = place;
  const spared = volumes.flatMap((volume) => sparedVolumes(service, volume, placement.volumes));
  const inPlace = (volume: PlannedVolume): Command => [
    ...restoreVolume(project, service, placement, volume, volume.location),
    ...sparingOptions(service, volume, sparedVolumes(service, volume, placement.volumes)),
  ];
  return inPlaceSteps({
    spared: spared.map(({ volume }) => volume),
    restore: forEach(place, volumes, (volume) => [...inPlace(volume), '--verify']),
    preview: forEach(place, volumes, (volume) => deleteExtra(service, volume, '--preview', inPlace(volume))),
    apply: forEach(place, volumes, (volume) => deleteExtra(service, volume, '--apply', inPlace(volume))),
  });
}

function ownerSteps({ service, placement }: HostPlace, volumes: readonly PlannedVolume[]): Step[] {
  if (volumes.length === 0) return [];
  const commands = volumes.map(({ location }) => [...asReader(service), 'ls', '-lan', location]);
  return [step('Check owners', ownerText(service, placement), commands)];
}

/** Where a user is named who reads, root may not even look (NFS with `root_squash`). */
function asReader({ run_as }: ServicePlan): Command {
  if (run_as === 'restic' || run_as === 'root') return [];
  return ['setpriv', `--reuid=${run_as}`, '--clear-groups'];
}

/**
 * Containers that are gone, after `docker compose down` or on a new host: `start` finds none to start. They are made
 * after the restore, because Compose refuses a bind mount whose folder is missing. Without a name for the project, since a
 * wrong one would make a second copy of everything; the list shows which project it was.
 */
function projectSteps({ service, placement, at }: HostPlace): Step[] {
  if (placement.runtime !== 'docker' || (placement.commands?.start ?? null) !== null) return [];
  const project = projectOf(service, placement);
  const only = composeServices(service, placement);
  return [
    fenced(
      'Make the containers again, if they are gone',
      `Type it in the folder of the Compose file; a file of another name than Compose looks for needs --file NAME. It starts nothing, and changes nothing that is there. The list must show containers of the project ${project}: if it is empty, that folder's project has another name, and this page the wrong one.`,
      [
        fence(at, [
          ['docker', 'compose', 'up', '--no-start', '--no-recreate', ...only],
          ['docker', 'compose', '--project-name', project, 'ps', '--all'],
        ]),
      ],
    ),
  ];
}

function recreateSteps({ service, placement, at }: HostPlace, volumes: readonly PlannedVolume[]): Step[] {
  const project = projectOf(service, placement);
  const commands = volumes.flatMap((volume) => recreateVolume(project, volume));
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

/** A managed volume that is gone has to be the engine's own again before files go into it; nothing for a folder. */
export function recreateVolume(
  project: string,
  { kind, name }: Pick<PlannedVolume, 'kind' | 'name'>,
): Command[] {
  if (name === null) return [];
  if (kind === 'podman_volume') return [['podman', 'volume', 'create', '--ignore', name]];
  if (kind !== 'docker_volume') return [];
  const labels = name.startsWith(`${project}_`)
    ? // Compose takes a volume for its own by these.
      [
        `--label=com.docker.compose.project=${project}`,
        `--label=com.docker.compose.volume=${name.slice(project.length + 1)}`,
      ]
    : [];
  return [['docker', 'volume', 'create', ...labels, name]];
}
