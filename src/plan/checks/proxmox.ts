import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { Deployed } from '../deployments.js';
import type { Check } from './check.js';

/** Numbers that Proxmox gives to guests (pct(1), `<vmid>`). */
const SMALLEST_VMID = 100;
const LARGEST_VMID = 999_999_999;

/**
 * A dump needs the guest's number. An error where the policy deploys the service on Proxmox; without `deployments`
 * nobody has said that the guest exists, so it is a warning and the dump is left out.
 */
export const unknownGuest: Check = ({ deployed, plan }) => {
  const services = new Map(plan.services.map((service) => [service.service_id, service]));
  return deployed.filter(onProxmox).flatMap(({ contract, deployment }): Diagnostic[] => {
    if (contract.vmid !== null) return [];
    const placement = services
      .get(contract.service_id)
      ?.placements.find(({ runtime }) => runtime === 'proxmox');
    const inside = (placement?.volumes ?? []).filter(
      (volume) => volume.backed_up && volume.kind === 'lxc_guest',
    );
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
export const impossibleGuest: Check = ({ deployed }) =>
  deployed.filter(onProxmox).flatMap(({ contract }): Diagnostic[] => {
    const { vmid } = contract;
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

function onProxmox({ runtime }: Deployed): boolean {
  return runtime === 'proxmox';
}
