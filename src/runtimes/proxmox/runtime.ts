import { systemd } from '../../backends/systemd.js';
import type { StreamSource } from '../../model/job.js';
import type { Placement } from '../../plan/plan.js';
import { backedUp } from '../../model/volume.js';
import { folderPart, folders, hostPlace } from '../host-parts.js';
import { hostPlacement } from '../host-placement.js';
import type { Part, PlannedService, Runtime, RuntimePolicy } from '../runtime.js';
import { byHand } from './by-hand.js';
import { locator } from './locate.js';

const KINDS = { host_path: 'folder', lxc_guest: 'guest' } as const;

/** A dump of the guest for what lies on its own disks, and a backup of what the host binds into it. */
export const proxmox: Runtime = {
  name: 'proxmox',
  services: 'LXC guests',
  runs_on: 'host',
  volume_key: null,
  place_keys: [],
  kinds: KINDS,
  ...locator,
  composeProject: () => null,
  placement: hostPlacement,
  parts: (policy, service, placement) => [
    ...folderPart(service, placement, folders(placement, KINDS)),
    ...guestPart(policy, service, placement),
  ],
  // Nobody knows which guest it is without a number.
  isRefused: (_placement, { kind, name }) => kind === 'lxc_guest' && name === null,
  by_hand: byHand,
};

function guestPart({ runtimes }: RuntimePolicy, service: PlannedService, placement: Placement): Part[] {
  const { mode, transfer } = runtimes.proxmox;
  const inside = backedUp(placement.volumes).filter(
    ({ kind, name }) => kind === 'lxc_guest' && name !== null,
  );
  const [first] = inside;
  if (first === undefined || service.vmid === null) return [];
  const dump: StreamSource = {
    at: 'stream',
    volumes: inside.map(({ volume }) => volume),
    snapshot_path: first.snapshot_path,
    exclude: [],
    allow_empty: false,
    producer: { engine: 'vzdump', of: String(service.vmid) },
    transfer: transfer === 'stream' ? 'pipe' : 'spool',
  };
  return [
    {
      kind: 'guest-dump',
      name: null,
      place: hostPlace(placement, 'system'),
      backend: systemd,
      store: { in: 'repository', name: service.repository },
      sources: [dump],
      snapshot: { host: placement.snapshot_host, tags: guestTags(service), forgotten_by: 'forget-job' },
      retention: service.retention,
      facts: { mode, transfer },
    },
  ];
}

/**
 * Tags of a guest's dumps: one more than those of the service's bind mounts, which the same host backs up under the same
 * `--host`. forget keeps the newest of each day per host and tags; without it one of the two would lose its day.
 */
export function guestTags(service: Pick<PlannedService, 'tags'>): string[] {
  return [...service.tags, 'part:guest'];
}
