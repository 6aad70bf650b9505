import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { onHost, pairs, place, type Check } from '../../model/check.js';
import type { Deployed } from '../../model/deployed.js';
import { groupBy } from '../../lookup/group.js';
import { pairVolume } from '../../locate/pairing.js';
import { serviceIndex } from '../../lookup/job-index.js';
import type { PlannedVolume } from '../../model/plan.js';
import { contractOf } from './contract.js';
import { locator } from './locate.js';
import { saidLocation } from './locations.js';
import { insideGuest } from './parts.js';

/** Numbers that Proxmox gives to guests (pct(1), `<vmid>`). */
const SMALLEST_VMID = 100;
const LARGEST_VMID = 999_999_999;

/**
 * A dump needs the guest's number. An error where the policy deploys the service on Proxmox, or the contract asks for the
 * guest; else, without `deployments`, nobody has said that it exists, so it is a warning and the dump is left out.
 */
const unknownGuest: Check = ({ deployed, plan }) => {
  const services = serviceIndex(plan);
  return deployed.filter(onProxmox).flatMap(({ contract, deployment, host }): Diagnostic[] => {
    const { vmid, dump_guest } = contractOf(contract);
    if (vmid !== null) return [];
    const placement = services
      .get(contract.service_id)
      ?.placements.find((place) => place.runtime === 'proxmox' && place.host === host);
    const inside = placement === undefined ? [] : insideGuest(placement);
    if (inside.length === 0 && !dump_guest) return [];
    const isToldSo = inside.some(({ volume }) => saidLocation(contract, volume) === 'guest');
    const isError = dump_guest || isToldSo || deployment !== null;
    const other =
      inside.length === 0
        ? 'leave `dump_guest` out'
        : isToldSo
          ? 'leave `location: guest` out'
          : 'the `host_path` of what is bind-mounted into the guest';
    const hint = `set \`service_container.vmid\`, or ${other}`;
    return [
      {
        code: 'STW406',
        severity: isError ? 'error' : 'warning',
        message: `${guestNeeded(inside)}, but the contract does not say which`,
        span: contract.document.span(['service_container']),
        hint: isError ? hint : `${hint}; until then no dump is rendered`,
      },
    ];
  });
};

function guestNeeded(inside: readonly PlannedVolume[]): string {
  const names = inside.map(({ volume }) => `\`${volume}\``).join(', ');
  if (inside.length === 0) return '`dump_guest` asks for the dump of a Proxmox guest';
  return `${names} ${inside.length === 1 ? 'lies' : 'lie'} inside a Proxmox guest`;
}

/** A folder of the node has to have a name. */
const namelessFolder: Check = ({ deployed }) =>
  [...new Set(deployed.filter(onProxmox).map(({ contract }) => contract))].flatMap((contract) =>
    contract.persistent_volumes.flatMap((volume): Diagnostic[] => {
      const at = contract.backup.volumes.get(volume.name)?.runtimes.get('proxmox')?.pointer;
      if (at === undefined || saidLocation(contract, volume.name) !== 'host') return [];
      if (pairVolume(volume, locator.mounted(contract)).partner?.host_path != null) return [];
      return [
        {
          code: 'STW561',
          severity: 'error',
          message: `\`${volume.name}\` is said to lie on the Proxmox host, but nothing says where`,
          span: contract.document.span([...at, 'location']),
          hint: 'give its service volume the `host_path` that is mounted into the guest, or leave `location` out: it is backed up inside the guest then',
        },
      ];
    }),
  );

/** vzdump refuses any other number, and a job that always fails backs up nothing. */
const impossibleGuest: Check = ({ deployed }) =>
  deployed.filter(onProxmox).flatMap(({ contract }): Diagnostic[] => {
    const { vmid } = contractOf(contract);
    if (vmid === null || (vmid >= SMALLEST_VMID && vmid <= LARGEST_VMID)) return [];
    return [
      {
        code: 'STW560',
        severity: 'error',
        message: `no Proxmox guest can have the number ${vmid}`,
        span: contract.document.span(['service_container', 'vmid']),
        hint: `a \`vmid\` is between ${SMALLEST_VMID} and ${LARGEST_VMID}`,
      },
    ];
  });

/** A guest belongs to one service: its dump would be kept, and restored, under two names. */
const sharedGuest: Check = ({ deployed }) => {
  const guests = deployed.filter(onProxmox).filter(({ contract }) => contractOf(contract).vmid !== null);
  const claims = groupBy(
    guests,
    ({ host, contract }) => `${host ?? ''} ${String(contractOf(contract).vmid)}`,
  );
  return [...claims.values()]
    .flatMap(pairs)
    .filter(([a, b]) => a.contract.service_id !== b.contract.service_id)
    .map(([a, b]) => ({
      code: 'STW304' as const,
      severity: b.host === null ? ('warning' as const) : ('error' as const),
      message:
        `\`${b.contract.service_id}\` and \`${a.contract.service_id}\` both claim guest ` +
        `${String(contractOf(b.contract).vmid)}${onHost(b.host)}`,
      span: b.contract.document.span(['service_container', 'vmid']),
      hint: `the other one is at ${place(a.contract.document.span(['service_container', 'vmid']))}`,
    }));
};

function onProxmox({ runtime }: Deployed): boolean {
  return runtime === 'proxmox';
}

export const CHECKS: readonly Check[] = [unknownGuest, namelessFolder, impossibleGuest, sharedGuest];
