import type { PlannedVolume, ServicePlan } from '../../../model/plan.js';

/** Pod Security Standards level that a namespace has to allow for a pod (kubernetes.io, "Pod Security Standards"). */
export type PodSecurityLevel = 'restricted' | 'baseline' | 'privileged';

/** Who a pod of ours is and may be. */
export interface PodSecurity {
  readonly level: PodSecurityLevel;
  /** `securityContext` of the pod. */
  readonly pod: Readonly<Record<string, unknown>>;
  /** `securityContext` of the container. */
  readonly container: Readonly<Record<string, unknown>>;
}

type RunAs = Pick<ServicePlan, 'run_as_user' | 'run_as_group'>;

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** A user without any rights or files: enough for what only talks to the repository. */
const NOBODY = 65534;

/**
 * The level that a service's backup needs. Claims of a workload with a numeric user are read as that user:
 * `restricted`. Anything else is read as root with CAP_DAC_READ_SEARCH, which no level below `privileged` lets a pod
 * add; hostPath volumes need that level anyway.
 */
export function podSecurityLevel(service: ServicePlan, volumes: readonly PlannedVolume[]): PodSecurityLevel {
  return backupUser(service, onlyClaims(volumes)) === null ? 'privileged' : 'restricted';
}

/** Whom the backup of a service runs as; null for root. */
export function backupUser(service: RunAs, isOnlyClaims: boolean): Ids | null {
  return isOnlyClaims ? workloadUser(service) : null;
}

function onlyClaims(volumes: readonly PlannedVolume[]): boolean {
  return volumes.every(({ kind }) => kind === 'claim');
}

/**
 * Security of a pod that reads a service's volumes. Never an `fsGroup`: with it the kubelet would change the owner of
 * every file in the workload's volume.
 */
export function backupSecurity(service: ServicePlan, volumes: readonly PlannedVolume[]): PodSecurity {
  const user = backupUser(service, onlyClaims(volumes));
  return user === null ? rootSecurity(['DAC_READ_SEARCH']) : userSecurity(user.uid, user.gid);
}

/** The user that an operator's pod should be; null where it has to be root, which the operator's own settings decide. */
export function moverSecurity(
  service: ServicePlan,
  volumes: readonly PlannedVolume[],
): PodSecurity['pod'] | null {
  const security = backupSecurity(service, volumes);
  return security.level === 'restricted' ? security.pod : null;
}

/**
 * Security of a pod that writes files of any owner: root with three capabilities, all of which the `baseline` level
 * lets a pod add. hostPath volumes need `privileged`.
 */
export function restoreSecurity(volumes: readonly PlannedVolume[]): PodSecurity {
  const level = onlyClaims(volumes) ? 'baseline' : 'privileged';
  return { ...rootSecurity(['CHOWN', 'DAC_OVERRIDE', 'FOWNER']), level };
}

/** Security of a pod that only talks to the repository. */
export function maintenanceSecurity(): PodSecurity {
  return userSecurity(NOBODY, NOBODY);
}

/**
 * Security of a container of ours in a pod of the workload's: no right of any kind, whatever the pod says. It runs as the
 * workload's user where that has a number.
 */
export function guestSecurity(service: RunAs): PodSecurity['container'] {
  const { uid, gid } = workloadUser(service) ?? { uid: NOBODY, gid: NOBODY };
  const { pod, container } = userSecurity(uid, gid);
  return { ...pod, ...container };
}

/** Security of a pod that runs as root, with these capabilities and no others. */
export function rootSecurity(capabilities: readonly string[]): PodSecurity {
  return {
    level: 'privileged',
    pod: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } },
    container: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: [...capabilities] },
    },
  };
}

function userSecurity(uid: number, gid: number): PodSecurity {
  return {
    level: 'restricted',
    pod: { runAsNonRoot: true, runAsUser: uid, runAsGroup: gid, seccompProfile: { type: 'RuntimeDefault' } },
    container: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** The workload's own numeric user and group; null for root, a name, or none. */
function workloadUser(service: RunAs): Ids | null {
  const uid = numericId(service.run_as_user);
  if (uid === null || uid === 0) return null;
  return { uid, gid: numericId(service.run_as_group) ?? uid };
}

function numericId(text: string | null): number | null {
  if (text === null || !/^[0-9]{1,10}$/.test(text)) return null;
  const id = Number(text);
  return id <= 2_147_483_647 ? id : null;
}
