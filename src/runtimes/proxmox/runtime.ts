import { folderPart, folders } from '../host-parts.js';
import { hostPlacement } from '../host-placement.js';
import type { Runtime } from '../runtime.js';
import { watchedMethod } from '../watched-facts.js';
import { byHand } from './by-hand.js';
import { CHECKS } from './checks.js';
import { contractOf, readContract } from './contract.js';
import { locator } from './locate.js';
import { LOCATIONS } from './locations.js';
import { readSettings } from './settings.js';
import { dumpFacts, guestPart } from './parts.js';
import { guestDumpFiles } from './render/files.js';

const SCRIPTS = /vzdump-restic.*\.sh$/;

const KINDS = { host_path: 'folder', lxc_guest: 'guest' } as const;

const NO_GUEST = { cannot: 'nothing says which guest it is', hint: 'set `service_container.vmid`' };

/** LXC guests. A dump of the guest for what lies on its own disks, and a backup of what the host binds into it. */
export const proxmox: Runtime = {
  name: 'proxmox',
  title: 'Proxmox',
  services: 'LXC guests',
  runs_on: 'host',
  volume_key: null,
  readSettings,
  readContract,
  place_keys: [{ of: 'contract', pointer: ['service_container', 'vmid'] }],
  kinds: KINDS,
  ...locator,
  guest: (contract) => contractOf(contract).vmid,
  locations: LOCATIONS,
  ownFacts: (_policy, contract) => dumpFacts(contract),
  placement: hostPlacement,
  parts: (policy, service, placement) => [
    ...folderPart(service, placement, folders(placement, KINDS)),
    ...guestPart(policy, service, placement),
  ],
  reach: ({ vmid }) => {
    if (vmid === null) return NO_GUEST;
    return { command: ['pct', 'exec', String(vmid), '--'], into: 'machine' };
  },
  // `pct suspend` would write the guest's memory to the disk and end it (CRIU); its control group can simply be frozen.
  quiesce: ({ vmid }) => (vmid === null ? NO_GUEST : { engine: 'lxc', words: [`guest=${vmid}`] }),
  // vzdump stops a guest, suspends it for the last copy, or takes a snapshot of its disks.
  copies_at_once: (_policy, kind) => kind === 'lxc_guest',
  // Nobody knows which guest it is without a number.
  checks: CHECKS,
  isRefused: (_placement, { kind, name }) => kind === 'lxc_guest' && name === null,
  by_hand: byHand,
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
  render: guestDumpFiles,
};
