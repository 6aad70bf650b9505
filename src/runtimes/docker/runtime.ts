import { folderPart, folders } from '../host-parts.js';
import { hostPlacement } from '../host-placement.js';
import type { Runtime } from '../runtime.js';
import { byHand } from './by-hand.js';
import { locator } from './locate.js';
import { composeProject } from './project.js';

const KINDS = { host_path: 'folder', docker_volume: 'volume' } as const;

/** Docker Compose. */
export const docker: Runtime = {
  name: 'docker',
  services: 'Compose',
  runs_on: 'host',
  volume_key: 'docker_volume',
  place_keys: ['data_root'],
  kinds: KINDS,
  ...locator,
  composeProject,
  placement: hostPlacement,
  parts: (_policy, service, placement) => folderPart(service, placement, folders(placement, KINDS, 'docker')),
  isRefused: () => false,
  by_hand: byHand,
  watched: [],
};
