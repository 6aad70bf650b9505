import type { Contract } from '../../model/contract.js';
import { contractOf } from './contract.js';
import { guestDumpName } from './locate.js';
import { settingsOf } from './settings.js';
import { systemd } from '../../backends/systemd.js';
import type { StreamSource } from '../../model/job.js';
import { wanted } from '../../model/volume.js';
import type { PlannedVolume, Placement, PlannedService } from '../../model/plan.js';
import { hostPlace } from '../host-parts.js';
import type { RuntimePolicy } from '../runtime.js';
import type { Part } from '../../jobs/part.js';

/** The volumes on the guest's own disks that are backed up. */
export function insideGuest({ volumes }: Pick<Placement, 'volumes'>): PlannedVolume[] {
  return wanted(volumes).filter(({ kind }) => kind === 'lxc_guest');
}

/** What the plan says of a service on Proxmox. */
interface DumpFacts {
  /** Set where the guest is dumped whether or not a volume lies inside it. */
  readonly whole_guest?: true;
}

export function dumpFacts(contract: Contract): DumpFacts {
  const { vmid, dump_guest } = contractOf(contract);
  return dump_guest && vmid !== null ? { whole_guest: true } : {};
}

/** Whether a guest whose number is known has a dump. */
export function isDumped(placement: Placement): boolean {
  return (placement as Placement & DumpFacts).whole_guest === true || insideGuest(placement).length > 0;
}

/** The dump of the guest; none where nothing on its own disks is backed up, and nobody asks for it. */
export function guestPart(
  { runtimes }: RuntimePolicy,
  service: PlannedService,
  placement: Placement,
): Part[] {
  const { mode, transfer } = settingsOf(runtimes);
  const inside = insideGuest(placement).filter(({ name }) => name !== null);
  if (service.vmid === null || !isDumped(placement)) return [];
  const dump: StreamSource = {
    at: 'stream',
    volumes: inside.map(({ volume }) => volume),
    snapshot_path: `/backup/${service.service_id}/${guestDumpName(service.vmid)}`,
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
