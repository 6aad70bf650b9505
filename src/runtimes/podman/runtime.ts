import { folderPart, folders } from '../host-parts.js';
import { hostPlacement } from '../host-placement.js';
import type { Runtime } from '../runtime.js';
import { byHand } from './by-hand.js';
import { locator } from './locate.js';

/** Podman Quadlet. Rootless services differ in who runs the job, not in what is backed up. */
export const podman: Runtime = {
  name: 'podman',
  runs_on: 'host',
  volume_key: 'podman_volume',
  place_keys: ['storage_root', 'user'],
  ...locator,
  composeProject: () => null,
  placement: (service) => ({ ...hostPlacement(service), scope: service.contract.quadlet_scope }),
  parts: ({ runtimes }, service, placement) =>
    folderPart(
      service,
      placement,
      folders(placement, { host_path: null, podman_volume: 'podman' }),
      placement.scope === 'user' ? { image: runtimes.podman.image } : {},
    ),
  isRefused: () => false,
  by_hand: byHand,
};
