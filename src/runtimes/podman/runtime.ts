import { folderPart, folders } from '../host-parts.js';
import { hostPlacement } from '../host-placement.js';
import type { Part } from '../../jobs/part.js';
import type { Runtime } from '../runtime.js';
import { byHand } from './by-hand.js';
import { CHECKS } from './checks.js';
import { contractOf, readContract } from './contract.js';
import { rootlessGuide } from './guide.js';
import { locator } from './locate.js';
import { quiesce } from './quiesce.js';
import { reach } from './reach.js';
import { readSettings, settingsOf, type PodmanSettings } from './settings.js';
import { VOLUME_KEY } from './volume-key.js';
import { watchedImage } from '../watched-facts.js';
import { rootlessFiles } from './render/files.js';

const KINDS = { host_path: 'folder', podman_volume: 'volume' } as const;

/** Podman Quadlet. Rootless services differ in who runs the job, not in what is backed up. */
export const podman: Runtime = {
  name: 'podman',
  title: 'Podman',
  services: 'Quadlet',
  runs_on: 'host',
  volume_key: VOLUME_KEY,
  readSettings,
  readContract,
  place_keys: [
    { of: 'contract', pointer: ['quadlet_scope'] },
    { of: 'policy', pointer: ['runtimes', 'podman', 'storage_root'] },
    { of: 'policy', pointer: ['runtimes', 'podman', 'user'] },
  ],
  kinds: KINDS,
  ...locator,
  placement: (service) => ({ ...hostPlacement(service), scope: contractOf(service.contract).quadlet_scope }),
  parts: ({ runtimes }, service, placement) =>
    folderPart(
      service,
      placement,
      folders(placement, KINDS, 'podman'),
      placement.scope === 'user' ? rootlessFacts(settingsOf(runtimes)) : {},
    ),
  reach,
  quiesce,
  asOwner: ({ scope }) => (scope === 'user' ? ['podman', 'unshare'] : []),
  checks: CHECKS,
  isRefused: () => false,
  by_hand: byHand,
  guide: rootlessGuide,
  user: (runtimes) => settingsOf(runtimes).user,
  watched: [watchedImage('rootless jobs', /\.container$/, /^Image=(\S+)/gm)],
  render: rootlessFiles,
};

/** Where no user is named, only whoever runs the installer knows. */
function rootlessFacts({ image, user }: PodmanSettings): Part['facts'] {
  return user === null ? { image } : { image, user };
}
