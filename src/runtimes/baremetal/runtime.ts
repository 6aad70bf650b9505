import { folderPart, folders } from '../host-parts.js';
import { hostPlacement } from '../host-placement.js';
import type { Runtime } from '../runtime.js';
import { quiesceUnits } from '../units.js';
import { byHand } from './by-hand.js';
import { locator } from './locate.js';

const KINDS = { directory: 'folder' } as const;

/** A service that systemd runs on the host itself. */
export const baremetal: Runtime = {
  name: 'baremetal',
  title: 'Bare metal',
  services: null,
  runs_on: 'host',
  volume_key: null,
  readSettings: null,
  place_keys: [],
  kinds: KINDS,
  ...locator,
  placement: hostPlacement,
  parts: (_policy, service, placement) => folderPart(service, placement, folders(placement, KINDS)),
  // The database runs on the host, whatever its container is called elsewhere.
  reach: () => ({ command: [], into: 'machine' }),
  quiesce: quiesceUnits,
  isRefused: () => false,
  by_hand: byHand,
  watched: [],
};
