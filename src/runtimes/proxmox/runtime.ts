import { systemd } from '../../backends/systemd.js';
import type { StreamSource } from '../../model/job.js';
import type { Placement } from '../../plan/plan.js';
import { backedUp } from '../../plan/volumes.js';
import { folderPart, folders, hostPlace } from '../host-parts.js';
import type { Part, PlannedService, Runtime, RuntimePolicy } from '../runtime.js';
import { watchedMethod } from '../watched-facts.js';

const SCRIPTS = /vzdump-restic.*\.sh$/;

/** A dump of the guest for what lies on its own disks, and a backup of what the host binds into it. */
export const proxmox: Runtime = {
  name: 'proxmox',
  parts: (policy, service, placement) => [
    ...folderPart(service, placement, folders(placement, { host_path: null })),
    ...guestPart(policy, service, placement),
  ],
  // Nobody knows which guest it is without a number.
  isRefused: (_placement, { kind, name }) => kind === 'lxc_guest' && name === null,
  watched: [
    watchedMethod(
      'mode',
      'guests on Proxmox are dumped in another mode: `stop` and `suspend` interrupt them, `snapshot` does not wait for their data to be whole',
      SCRIPTS,
      /--mode (\w+)/g,
    ),
    watchedMethod(
      'transfer',
      'dumps of guests on Proxmox reach restic in another way',
      SCRIPTS,
      /(--stdin-from-command|--dumpdir)/g,
    ),
  ],
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
