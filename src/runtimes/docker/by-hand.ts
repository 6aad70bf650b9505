import { fence, fenced, type Command, type Step } from '../../model/guide.js';
import type { Placement, PlannedVolume, ServicePlan } from '../../model/plan.js';
import { byRoot, NO_STEPS } from '../by-root.js';
import type { ByHand, StepPlace } from '../runtime.js';
import { composeServices, projectOf } from './project.js';

export const byHand: ByHand = {
  new_host: {
    needs: 'restic 0.17.0 or later, Docker and Compose',
    first:
      'Put the Compose file into its folder, and start nothing yet: its containers are made after the restore.',
  },
  has_units: false,
  has_containers: true,
  typist: byRoot,

  workload(service, placement) {
    const compose = composeCommand(placement);
    const only = namedServices(service, placement);
    const [first] = service.compose_services;
    return {
      stop: [[...compose, 'stop', ...only]],
      start: [[...compose, 'start', ...only]],
      inside: first === undefined ? null : [...compose, 'exec', first],
    };
  },

  owners: () => null,
  recreate: (placement, volume) => recreateVolume(projectOf(placement), volume),
  caution: (placement) =>
    `not before you know why: a container of another Compose project than ${projectOf(placement)} means that this page is wrong, and compose_project in its contract says so`,
  steps: { ...NO_STEPS, remake },
};

/** Compose finds a project's containers by their labels, wherever its file is. */
function composeCommand(placement: Placement): Command {
  return ['docker', 'compose', '--project-name', projectOf(placement)];
}

/** The Compose services to name; none for all of the project. */
function namedServices(service: ServicePlan, placement: Placement): readonly string[] {
  const services = composeServices(service, placement);
  return services === 'all' ? [] : services;
}

/**
 * Containers that are gone, after `docker compose down` or on a new host: `start` finds none to start. They are made
 * after the restore, because Compose refuses a bind mount whose folder is missing. Without a name for the project, since a
 * wrong one would make a second copy of everything; the list shows which project it was.
 */
function remake({ service, placement, at }: StepPlace): Step[] {
  if ((placement.commands?.start ?? null) !== null) return [];
  const project = projectOf(placement);
  const only = namedServices(service, placement);
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

function recreateVolume(project: string, { kind, name }: Pick<PlannedVolume, 'kind' | 'name'>): Command[] {
  if (kind !== 'docker_volume' || name === null) return [];
  const labels = name.startsWith(`${project}_`)
    ? // Compose takes a volume for its own by these.
      [
        `--label=com.docker.compose.project=${project}`,
        `--label=com.docker.compose.volume=${name.slice(project.length + 1)}`,
      ]
    : [];
  return [['docker', 'volume', 'create', ...labels, name]];
}
