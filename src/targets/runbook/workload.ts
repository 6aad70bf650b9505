import { CONTAINER_NAME } from '../../contract/names.js';
import { composeProjectName } from '../../locate/docker.js';
import type { Placement, ServicePlan } from '../../plan/plan.js';
import type { Command } from './guide.js';

/** What a person types on the host around a restore. */
export interface Workload {
  readonly stop: readonly Command[];
  readonly start: readonly Command[];
  /** What runs a command where the workload is: empty on the host itself, null where nobody knows its name. */
  readonly inside: Command | null;
}

/** How a workload is stopped, started and asked for its health: as contract and policy say, else as its runtime does it. */
export function workload(service: ServicePlan, placement: Placement): Workload {
  const usual = usualWorkload(service, placement);
  const { stop = null, start = null, exec = null } = placement.commands ?? {};
  return {
    stop: stop === null ? usual.stop : [stop],
    start: start === null ? usual.start : [start],
    inside: exec ?? usual.inside,
  };
}

function usualWorkload(service: ServicePlan, placement: Placement): Workload {
  const unit = `${service.service_unit_name}.service`;
  const unitCommands = { stop: [['systemctl', 'stop', unit]], start: [['systemctl', 'start', unit]] };
  switch (placement.runtime) {
    case 'docker': {
      const compose = composeCommand(service, placement);
      const only = composeServices(service, placement);
      const [first] = service.compose_services;
      return {
        stop: [[...compose, 'stop', ...only]],
        start: [[...compose, 'start', ...only]],
        inside: first === undefined ? null : [...compose, 'exec', first],
      };
    }
    case 'podman':
      return { ...unitCommands, inside: insidePodman(service) };
    case 'proxmox': {
      // A contract with nothing but bind mounts need not say which guest it is.
      if (service.vmid === null) return { stop: [], start: [], inside: null };
      const guest = String(service.vmid);
      return {
        stop: [['pct', 'stop', guest]],
        start: [['pct', 'start', guest]],
        inside: ['pct', 'exec', guest, '--'],
      };
    }
    case 'baremetal':
    case 'kubernetes':
      return { ...unitCommands, inside: [] };
  }
}

/** Compose finds a project's containers by their labels, wherever its file is. */
function composeCommand(service: ServicePlan, placement: Placement): Command {
  return ['docker', 'compose', '--project-name', projectOf(service, placement)];
}

/** The Compose project that a service is in. */
export function projectOf(
  service: Pick<ServicePlan, 'service_id'>,
  placement: Pick<Placement, 'compose_project'>,
): string {
  return placement.compose_project ?? composeProjectName(service.service_id);
}

/** The Compose services to name in a project that may hold others; none in one of the service's own. */
export function composeServices(service: ServicePlan, placement: Placement): readonly string[] {
  const isOwn = projectOf(service, placement) === composeProjectName(service.service_id);
  return isOwn ? [] : service.compose_services;
}

/**
 * Quadlet calls the container of `N.container` `systemd-N`, that of `N@I` `systemd-N_I`, unless `ContainerName=` is set
 * (podman-systemd.unit(5)). Not every name of a unit can be part of one.
 */
export function insidePodman({ container_name, service_unit_name }: ServicePlan): Command | null {
  const name = container_name ?? `systemd-${service_unit_name.replace('@', '_')}`;
  return CONTAINER_NAME.pattern.test(name) ? ['podman', 'exec', name] : null;
}
