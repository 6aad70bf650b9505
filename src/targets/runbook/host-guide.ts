import { composeProjectName } from '../../locate/docker.js';
import { asideFolder, installedName } from '../../names/installed.js';
import type { Placement, PlannedVolume, ServicePlan } from '../../plan/plan.js';
import { outerFirst, sparedVolumes, sparingOptions } from '../nested-volumes.js';
import { resticCommand, restoreCommand } from '../systemd/host-files.js';
import { hostVolumes } from '../systemd/host-tree.js';
import { EXTRA_TEXT, restoreText, step, type Command, type Step } from './guide.js';
import { ownerText } from './owner.js';
import { verifySteps } from './verify.js';
import { workload } from './workload.js';

/** Restoring on a host whose jobs systemd runs: every command is typed there, as root. */
export function hostSteps(project: string, service: ServicePlan, placement: Placement): Step[] {
  const volumes = hostVolumes(placement);
  const { stop, start, inside } = workload(service, placement);
  const list: Command = [
    resticCommand(project, service.repository),
    'snapshots',
    ...filter(service, placement),
  ];
  return [
    step('List snapshots', '', [list]),
    step('Stop the workload', stop.length === 0 ? `Stop the guest of ${service.service_name}.` : '', stop),
    ...outerFirst(volumes).flatMap((volume) => volumeSteps(project, service, placement, volume)),
    step(
      'Check owners',
      ownerText(service, placement),
      volumes.map((volume) => ['ls', '-lan', volume.location]),
    ),
    ...projectSteps(service, placement),
    step(
      'Start the workload',
      start.length === 0 ? `Start the guest of ${service.service_name}.` : '',
      start,
    ),
    ...(placement.runtime === 'proxmox' && inside.length === 0 ? [] : verifySteps(service, inside)),
    step('Back up again', 'So that the restored state is the newest snapshot.', [
      ['systemctl', 'start', `${installedName(project, 'backup', service.service_id)}.service`],
    ]),
  ];
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

function volumeSteps(
  project: string,
  service: ServicePlan,
  placement: Placement,
  volume: PlannedVolume,
): Step[] {
  const spared = sparedVolumes(service, volume, placement.volumes);
  const inPlace = [
    ...restoreVolume(project, service, placement, volume, volume.location),
    ...sparingOptions(service, volume, spared),
  ];
  const patterns = [...service.exclude, ...volume.exclude].map((pattern) => `--exclude=${pattern}`);
  const deleteExtra = (step: string): Command => {
    const [script = '', ...rest] = inPlace;
    return [script, 'delete-extra', step, ...rest, ...patterns];
  };
  const aside = `${asideFolder(project)}/${service.service_id}/${volume.volume}`;
  return [
    ...recreateSteps(service, volume),
    step(`Restore ${volume.volume} in place`, restoreText(spared.map((inner) => inner.volume)), [
      [...inPlace, '--dry-run', '--verbose=2'],
      [...inPlace, '--verify'],
    ]),
    step(`Show what ${volume.volume} has besides`, EXTRA_TEXT.show, [deleteExtra('--preview')]),
    step(`Delete what ${volume.volume} has besides`, EXTRA_TEXT.delete, [deleteExtra('--apply')]),
    step(`Restore ${volume.volume} aside`, 'To look at it, or to take single files out of it.', [
      [...restoreVolume(project, service, placement, volume, aside), '--verify'],
    ]),
  ];
}

/**
 * Containers that are gone, after `docker compose down` or on a new host: `start` finds none to start. They are made
 * after the restore, because Compose refuses a bind mount whose folder is missing.
 */
function projectSteps(service: ServicePlan, placement: Placement): Step[] {
  if (placement.runtime !== 'docker') return [];
  const project = composeProjectName(service.service_id);
  return [
    step(
      'Make the project again, if its containers are gone',
      `Type it in the folder of the project's compose file, most likely one named ${service.service_id}. It starts nothing, and changes nothing that is there.`,
      [['docker', 'compose', '--project-name', project, 'up', '--no-start', '--no-recreate']],
    ),
  ];
}

function recreateSteps(service: ServicePlan, volume: PlannedVolume): Step[] {
  const commands = recreateVolume(service, volume);
  if (commands.length === 0) return [];
  return [
    step(
      `Make the volume of ${volume.volume} again, if it is gone`,
      'Does nothing when the volume is there.',
      commands,
    ),
  ];
}

/** A managed volume that is gone has to be the engine's own again before files go into it; nothing for a folder. */
export function recreateVolume(
  service: ServicePlan,
  { kind, name }: Pick<PlannedVolume, 'kind' | 'name'>,
): Command[] {
  if (name === null) return [];
  if (kind === 'podman_volume') return [['podman', 'volume', 'create', '--ignore', name]];
  if (kind !== 'docker_volume') return [];
  const project = composeProjectName(service.service_id);
  const labels = name.startsWith(`${project}_`)
    ? // Compose takes a volume for its own by these.
      [
        `--label=com.docker.compose.project=${project}`,
        `--label=com.docker.compose.volume=${name.slice(project.length + 1)}`,
      ]
    : [];
  return [['docker', 'volume', 'create', ...labels, name]];
}
