import type { Placement, ServicePlan } from '../../plan/plan.js';

/** What to look for in owners and modes after a restore. */
export function ownerText({ run_as_user, run_as_group }: ServicePlan, placement: Placement): string {
  const restored = 'Files come back with the owners and modes that they had';
  const workload =
    run_as_user === null
      ? ''
      : `; the workload runs as user ${run_as_user}, group ${run_as_group ?? run_as_user}`;
  return [`${restored}${workload}.`, ...ids(placement)].join(' ');
}

function ids(placement: Placement): string[] {
  if (placement.runtime === 'podman') return [podmanIds(placement)];
  return placement.runtime === 'proxmox' ? [GUEST_IDS] : [];
}

/** pct(1), `unprivileged`: ids of the guest are shifted by the host's /etc/subuid, or as `lxc.idmap` says. */
const GUEST_IDS =
  'The ids are those of this host: an unprivileged guest sees them lower by 100000, unless its lxc.idmap says otherwise.';

/**
 * Whose ids these are when the workload has a user namespace of its own (podman-run(1), `--userns`). Rootless, restic
 * runs in the namespace that every container of the user has without `UserNS=`; there, id 0 is the user, and `keep-id`
 * gives the workload's user that id, and every lower one the next.
 */
function podmanIds({ scope }: Placement): string {
  return scope === 'user'
    ? 'The ids are those of podman unshare, which a workload without UserNS= sees too: 0 is the user who runs it. Under UserNS=keep-id the user of the workload is 0 here, and its root is 1.'
    : 'The ids are those of this host. Under UserNS= the workload sees others: where the mapping is not the one of the backup (another host, or UserNS=auto, which chooses anew), add the option U to the Volume= of its unit for one start, and Podman gives the files to it.';
}
