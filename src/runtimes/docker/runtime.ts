import { folderPart, folders } from '../host-parts.js';
import { hostPlacement } from '../host-placement.js';
import type { Runtime } from '../runtime.js';
import { byHand } from './by-hand.js';
import { CHECKS } from './checks.js';
import { readContract } from './contract.js';
import { DEPLOYMENT_KEY } from './deployment-key.js';
import { locator } from './locate.js';
import { quiesce } from './quiesce.js';
import { reach } from './reach.js';
import { readSettings } from './settings.js';
import { VOLUME_KEY } from './volume-key.js';
import { ownFacts } from './project.js';

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
  place_keys: [
    { of: 'contract', pointer: ['backup', 'compose_project'] },
    { of: 'deployment', pointer: ['compose_project'] },
    { of: 'policy', pointer: ['defaults', 'compose_project'] },
    { of: 'policy', pointer: ['runtimes', 'docker', 'data_root'] },
  ],
  kinds: KINDS,
  ...locator,
  engine_unit: 'docker.service',
  ownFacts,
  placement: hostPlacement,
  parts: (_policy, service, placement) => folderPart(service, placement, folders(placement, KINDS, 'docker')),
  reach,
  quiesce,
  checks: CHECKS,
  isRefused: () => false,
  by_hand: byHand,
  watched: [],
};
