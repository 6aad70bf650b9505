import { composeProjectName } from '../../locate/docker.js';
import type { Placement, ServicePlan } from '../../plan/plan.js';
import type { Command } from './guide.js';

/** What a person types on the host around a restore. */
export interface Workload {
  readonly stop: readonly Command[];
  readonly start: readonly Command[];
  /** What runs a command where the workload is; empty on the host itself. */
  readonly inside: Command;
}

/** How a workload is stopped, started and asked for its health where it runs. */
export function workload(service: ServicePlan, placement: Placement): Workload {
  const unit = `${service.service_unit_name}.service`;
  const unitCommands = { stop: [['systemctl', 'stop', unit]], start: [['systemctl', 'start', unit]] };
  switch (placement.runtime) {
    case 'docker': {
      // Compose finds a project's containers by their labels, wherever its file is.
      const compose = ['docker', 'compose', '--project-name', composeProjectName(service.service_id)];
      return {
        stop: [[...compose, 'stop']],
        start: [[...compose, 'start']],
        inside: ['docker', 'exec', service.container_name],
      };
    }
    case 'podman':
      return { ...unitCommands, inside: ['podman', 'exec', service.service_name] };
    case 'proxmox': {
      // A contract with nothing but bind mounts need not say which guest it is.
      if (service.vmid === null) return { stop: [], start: [], inside: [] };
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
