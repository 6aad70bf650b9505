import { folderPart, folders } from '../host-parts.js';
import { hostPlacement } from '../host-placement.js';
import type { Runtime } from '../runtime.js';
import { byHand } from './by-hand.js';
import { CHECKS } from './checks.js';
import { readContract } from './contract.js';
import { DEPLOYMENT_KEY } from './deployment-key.js';
import { locator } from './locate.js';
import { readSettings } from './settings.js';
import { VOLUME_KEY } from './volume-key.js';
import { composeProject } from './project.js';

const KINDS = { host_path: 'folder', docker_volume: 'volume' } as const;

/** Docker Compose. */
export const docker: Runtime = {
  name: 'docker',
  title: 'Docker',
  services: 'Compose',
  runs_on: 'host',
  volume_key: VOLUME_KEY,
  readSettings,
  readContract,
  deployment_key: DEPLOYMENT_KEY,
  place_keys: ['data_root'],
  kinds: KINDS,
  ...locator,
  engine_unit: 'docker.service',
  composeProject,
  placement: hostPlacement,
  parts: (_policy, service, placement) => folderPart(service, placement, folders(placement, KINDS, 'docker')),
  checks: CHECKS,
  isRefused: () => false,
  by_hand: byHand,
  watched: [],
};
