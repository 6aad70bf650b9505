import { CONTAINER_NAME } from '../../source/name-rules.js';
import type { Command } from '../../model/guide.js';
import type { Placement, ServicePlan } from '../../model/plan.js';
import { NO_STEPS } from '../by-root.js';
import type { ByHand } from '../runtime.js';
import { unitCommands } from '../units.js';
import { settingsOf } from './settings.js';

export const byHand: ByHand = {
  new_host: {
    needs: 'restic 0.17.0 or later and Podman',
    first: 'Put the Quadlet units into their folder and run systemctl daemon-reload, but start nothing yet.',
  },
  has_units: true,
  has_containers: true,
  typist: ({ scope }, runtimes) =>
    scope === 'user' ? (settingsOf(runtimes).user ?? 'the user of the containers') : 'root',
  workload: (service) => ({ ...unitCommands(service), inside: insideContainer(service) }),
  owners,
  recreate: (_placement, { kind, name }) =>
    kind === 'podman_volume' && name !== null ? [['podman', 'volume', 'create', '--ignore', name]] : [],
  steps: NO_STEPS,
};

/**
 * Quadlet calls the container of `N.container` `systemd-N`, that of `N@I` `systemd-N_I`, unless `ContainerName=` is set
 * (podman-systemd.unit(5)). Not every name of a unit can be part of one.
 */
export function containerOf({
  container_name,
  service_unit_name,
}: Pick<ServicePlan, 'container_name' | 'service_unit_name'>): string | null {
  const name = container_name ?? `systemd-${service_unit_name.replace('@', '_')}`;
  return CONTAINER_NAME.pattern.test(name) ? name : null;
}

export function insideContainer(service: ServicePlan): Command | null {
  const name = containerOf(service);
  return name === null ? null : ['podman', 'exec', name];
}

/**
 * Whose ids these are when the workload has a user namespace of its own (podman-run(1), `--userns`). Rootless, restic
 * runs in the namespace that every container of the user has without `UserNS=`; there, id 0 is the user, and `keep-id`
 * gives the workload's user that id, and every lower one the next.
 */
function owners({ scope }: Placement): string {
  return scope === 'user'
    ? 'The ids are those of podman unshare, which a workload without UserNS= sees too: 0 is the user who runs it. Under UserNS=keep-id the user of the workload is 0 here, and its root is 1.'
    : 'The ids are those of this host. Under UserNS= the workload sees others: where the mapping is not the one of the backup (another host, or UserNS=auto, which chooses anew), add the option U to the Volume= of its unit for one start, and Podman gives the files to it.';
}
