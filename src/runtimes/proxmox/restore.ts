import { asideFolder, libraryScript, resticCommand } from '../../names/installed.js';
import type { Placement, ServicePlan } from '../../model/plan.js';
import type { Pipeline } from '../../model/guide.js';
import { guestTags, insideGuest, isDumped } from './parts.js';

/** What a runbook prints for the guest of one placement; run as root on the Proxmox host. */
export interface GuestRestore {
  readonly list: readonly Pipeline[];
  readonly stop: readonly Pipeline[];
  readonly start: readonly Pipeline[];
  /** Replaces the guest, with all of its disks that the dump holds. */
  readonly in_place: readonly Pipeline[];
  /** Makes a second guest beside it under the next free number; not started, because it has the first one's address. */
  readonly aside: readonly Pipeline[];
  /** Lists what the dump holds. */
  readonly contents: readonly Pipeline[];
  readonly volumes: readonly GuestVolumeRestore[];
}

/** One volume inside the guest, out of the dump. */
interface GuestVolumeRestore {
  readonly volume: string;
  /** The path inside the guest. */
  readonly path: string;
  /** Into a folder of the Proxmox host. */
  readonly aside: readonly Pipeline[];
  /** Into the running guest, where owners are right; leaves files that are not in the dump. */
  readonly in_place: readonly Pipeline[];
}

/** Null for a placement without a guest that is backed up. `snapshot`: an id, or `latest`. */
export function guestRestore(
  project: string,
  service: ServicePlan,
  placement: Placement,
  snapshot = 'latest',
): GuestRestore | null {
  const { vmid } = service;
  const inside = insideGuest(placement);
  if (vmid === null || !isDumped(placement)) return null;
  const guest = String(vmid);
  const restic = resticCommand(project, service.repository);
  const filter = ['--host', placement.snapshot_host, '--tag', guestTags(service).join(',')];
  const script = libraryScript(project, `restore-guest-${service.service_id}.sh`);
  const dump = [script, snapshot, '-'];
  const aside = `${asideFolder(project)}/${service.service_id}`;
  return {
    list: [[[restic, 'snapshots', ...filter]]],
    stop: [[['pct', 'stop', guest]]],
    start: [[['pct', 'start', guest]]],
    in_place: [[[script, snapshot, guest, '--force']]],
    aside: [
      [
        ['pvesh', 'get', '/cluster/nextid'],
        ['xargs', '-I', 'VMID', script, snapshot, 'VMID', '--unique'],
      ],
    ],
    contents: [[dump, ['tar', '--list', '--file=-']]],
    volumes: inside.map((volume) => {
      // tar names everything from the guest's root: `./var/lib/app`; of the root itself `.`.
      const member = volume.path === '/' ? '.' : `.${volume.path}`;
      const extract = ['tar', '--extract', '--preserve-permissions', '--numeric-owner', '--file=-'];
      return {
        volume: volume.volume,
        path: volume.path,
        aside: [[['mkdir', '--parents', aside]], [dump, [...extract, `--directory=${aside}`, member]]],
        in_place: [[dump, ['pct', 'exec', guest, '--', ...extract, '--directory=/', member]]],
      };
    }),
  };
}
