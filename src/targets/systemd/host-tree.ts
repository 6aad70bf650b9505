import type { BackupPlan, PlannedVolume, Placement, RepositoryPlan, ServicePlan } from '../../plan/plan.js';
import { isMaintained } from '../../plan/maintenance-jobs.js';
import { compareText } from '../../text/compare.js';

/** One service's job on one host. */
export interface HostJob {
  readonly project: string;
  readonly service: ServicePlan;
  readonly placement: Placement;
  readonly repository: RepositoryPlan;
}

/** One Proxmox guest that its host dumps: its disks hold volumes that are backed up. */
export interface GuestJob extends HostJob {
  readonly vmid: number;
}

/** Everything that one `install.sh` installs: the jobs of one host, or of one runtime where no host is named. */
export interface HostTree {
  readonly project: string;
  /** `web1`, or `any-docker`; also how the host remembers what came from this tree. */
  readonly name: string;
  /** `hosts/web1`, or `hosts/any/docker`. */
  readonly folder: string;
  /** By service id. */
  readonly jobs: readonly HostJob[];
  /** By service id. */
  readonly guests: readonly GuestJob[];
  /** Repositories that this host forgets, prunes and checks. */
  readonly maintained: readonly RepositoryPlan[];
  /** Every repository that a job here uses, by name. */
  readonly repositories: readonly RepositoryPlan[];
}

/** Where a placement's files go: its host's folder, or its runtime's below `hosts/any`. */
export function treeOf(placement: Placement): { name: string; folder: string } {
  return placement.host === null
    ? { name: `any-${placement.runtime}`, folder: `hosts/any/${placement.runtime}` }
    : { name: placement.host, folder: `hosts/${placement.host}` };
}

/** Whether the jobs of this placement are systemd units of the host, run by its system manager. */
export function isSystemdJob(placement: Placement): boolean {
  switch (placement.runtime) {
    case 'docker':
    case 'baremetal':
    case 'proxmox':
      return true;
    case 'podman':
      return placement.scope === 'system';
    case 'kubernetes':
      return false;
  }
}

/** What the host's own job of a placement backs up; what lies inside a Proxmox guest is in the guest's dump. */
export function hostVolumes(placement: Placement): PlannedVolume[] {
  return placement.volumes.filter((volume) => volume.backed_up && volume.kind !== 'lxc_guest');
}

/** Whether the placement's guest is dumped. Nobody knows which guest it is without a number. */
export function hasGuestJob(placement: Placement): boolean {
  return placement.volumes.some(
    (volume) => volume.backed_up && volume.kind === 'lxc_guest' && volume.name !== null,
  );
}

/** All host trees of a plan, by folder. */
export function hostTrees(plan: BackupPlan): HostTree[] {
  const repositories = new Map(plan.repositories.map((repository) => [repository.name, repository]));
  const jobs = new Map<
    string,
    { name: string; jobs: HostJob[]; guests: GuestJob[]; maintained: RepositoryPlan[] }
  >();
  const at = (name: string, folder: string) => {
    const tree = jobs.get(folder) ?? { name, jobs: [], guests: [], maintained: [] };
    jobs.set(folder, tree);
    return tree;
  };
  for (const service of plan.services) {
    const repository = repositories.get(service.repository);
    for (const placement of service.placements) {
      if (repository === undefined || !isSystemdJob(placement)) continue;
      const { name, folder } = treeOf(placement);
      const job = { project: plan.project, service, placement, repository };
      if (hostVolumes(placement).length > 0) at(name, folder).jobs.push(job);
      const { vmid } = service;
      if (vmid !== null && hasGuestJob(placement)) at(name, folder).guests.push({ ...job, vmid });
    }
  }
  for (const repository of plan.repositories) {
    if (repository.maintenance.kind !== 'host' || !isMaintained(repository)) continue;
    const { host } = repository.maintenance;
    at(host, `hosts/${host}`).maintained.push(repository);
  }
  return [...jobs]
    .map(([folder, tree]) => ({
      ...tree,
      project: plan.project,
      folder,
      repositories: usedBy([...tree.jobs, ...tree.guests], tree.maintained),
    }))
    .sort((a, b) => compareText(a.folder, b.folder));
}

function usedBy(jobs: readonly HostJob[], maintained: readonly RepositoryPlan[]): RepositoryPlan[] {
  const used = new Set([...jobs.map((job) => job.repository), ...maintained]);
  return [...used].sort((a, b) => compareText(a.name, b.name));
}
