import { folderPart, folders } from '../host-parts.js';
import { hostPlacement } from '../host-placement.js';
import type { Runtime } from '../runtime.js';
import { byHand } from './by-hand.js';
import { KINDS, locator } from './locate.js';
import { toFill } from './to-fill.js';

/** Hosts whose services the jobs of the system's manager back up, folder by folder. */
export const skeleton: Runtime = {
  name: 'skeleton',
  title: toFill('its name as people write it'),
  services: toFill('what its services are called, such as `LXC guests`; null where its name says it'),
  runs_on: 'host',
  volume_key: null,
  readSettings: null,
  place_keys: [],
  kinds: KINDS,
  ...locator,
  placement: hostPlacement,
  parts: (_policy, service, placement) => folderPart(service, placement, folders(placement, KINDS)),
  isRefused: () => false,
  by_hand: byHand,
  watched: [],
};
