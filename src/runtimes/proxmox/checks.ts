import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { onHost, pairs, place, type Check } from '../../model/check.js';
import type { Deployed } from '../../model/deployed.js';
import { groupBy } from '../../lookup/group.js';
import { contractOf } from './contract.js';
import { insideGuest } from './parts.js';

/** Numbers that Proxmox gives to guests (pct(1), `<vmid>`). */
const SMALLEST_VMID = 100;
const LARGEST_VMID = 999_999_999;

/**
 * A dump needs the guest's number. An error where the policy deploys the service on Proxmox; without `deployments`
 * nobody has said that the guest exists, so it is a warning and the dump is left out.
 */
const unknownGuest: Check = ({ deployed, plan }) => {
  const services = new Map(plan.services.map((service) => [service.service_id, service]));
  return deployed.filter(onProxmox).flatMap(({ contract, deployment, host }): Diagnostic[] => {
    if (contractOf(contract).vmid !== null) return [];
    const placement = services
      .get(contract.service_id)
      ?.placements.find((place) => place.runtime === 'proxmox' && place.host === host);
    const inside = placement === undefined ? [] : insideGuest(placement);
    const [first] = inside;
    if (first === undefined) return [];
    const names = inside.map(({ volume }) => `\`${volume}\``).join(', ');
    const hint = 'set `service_container.vmid`, or the `host_path` of what is bind-mounted into the guest';
    return [
      {
        code: 'STW406',
        severity: deployment === null ? 'warning' : 'error',
        message: `${names} ${inside.length === 1 ? 'lies' : 'lie'} inside a Proxmox guest, but the contract does not say which`,
        span: contract.document.span(['service_container']),
        hint: deployment === null ? `${hint}; until then no dump is rendered` : hint,
      },
    ];
  });
};

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

export const CHECKS: readonly Check[] = [unknownGuest, impossibleGuest, sharedGuest];
