import { CONTAINER_NAME } from '../../contract/names.js';
import type { Command } from '../../model/guide.js';
import type { ServicePlan } from '../../plan/plan.js';
import type { ByHand } from '../runtime.js';
import { unitCommands } from '../units.js';

export const byHand: ByHand = {
  workload: (service) => ({ ...unitCommands(service), inside: insideContainer(service) }),
};

/**
 * Quadlet calls the container of `N.container` `systemd-N`, that of `N@I` `systemd-N_I`, unless `ContainerName=` is set
 * (podman-systemd.unit(5)). Not every name of a unit can be part of one.
 */
export function insideContainer({ container_name, service_unit_name }: ServicePlan): Command | null {
  const name = container_name ?? `systemd-${service_unit_name.replace('@', '_')}`;
  return CONTAINER_NAME.pattern.test(name) ? ['podman', 'exec', name] : null;
}
