import type { Job } from '../model/job.js';
import { jobIndex } from '../lookup/job-index.js';
import type { BackupPlan, Placement, PlannedVolume, RepositoryPlan, ServicePlan } from '../model/plan.js';

/** A placement of a service, before and after. */
export interface PlacementPair {
  readonly service: ServicePair;
  readonly before: Placement;
  readonly after: Placement;
}

/** A service that both plans have. */
export interface ServicePair {
  readonly id: string;
  readonly before: ServicePlan;
  readonly after: ServicePlan;
  readonly placements: readonly PlacementPair[];
  /** Spans that have no successor. */
  readonly gone: readonly Placement[];
  readonly added: readonly Placement[];
}

/** Two plans side by side. */
export interface Matched {
  readonly services: readonly ServicePair[];
  readonly gone: readonly ServicePlan[];
  readonly added: readonly ServicePlan[];
}

/** Pairs services by id, and their placements by what makes the new one carry on the old one's snapshots. */
export function matchPlans(before: BackupPlan, after: BackupPlan): Matched {
  const old = new Map(before.services.map((service) => [service.service_id, service]));
  const known = new Set(after.services.map((service) => service.service_id));
  const services = after.services.flatMap((service) => {
    const previous = old.get(service.service_id);
    return previous === undefined ? [] : [pairService(previous, service)];
  });
  return {
    services,
    gone: before.services.filter((service) => !known.has(service.service_id)),
    added: after.services.filter((service) => !old.has(service.service_id)),
  };
}

/** When two placements are the same one, from the surest sign to the weakest. */
const SIGNS: readonly ((before: Placement, after: Placement) => boolean)[] = [
  (before, after) =>
    before.runtime === after.runtime && before.host === after.host && before.scope === after.scope,
  (before, after) => before.snapshot_host === after.snapshot_host,
  (before, after) => before.runtime === after.runtime,
  () => true,
];

function pairService(before: ServicePlan, after: ServicePlan): ServicePair {
  const gone = new Set(before.placements);
  const added = new Set(after.placements);
  const pairs: [Placement, Placement][] = [];
  for (const isSame of SIGNS) {
    for (const placement of gone) {
      const successor = [...added].find((candidate) => isSame(placement, candidate));
      if (successor === undefined) continue;
      gone.delete(placement);
      added.delete(successor);
      pairs.push([placement, successor]);
    }
  }
  const placements: PlacementPair[] = [];
  const service: ServicePair = {
    id: after.service_id,
    before,
    after,
    placements,
    gone: [...gone],
    added: [...added],
  };
  for (const [old, successor] of pairs) placements.push({ service, before: old, after: successor });
  return service;
}

/** The volumes that a placement has before and after, by name. */
export function volumePairs({ before, after }: PlacementPair): [PlannedVolume, PlannedVolume][] {
  const old = new Map(before.volumes.map((volume) => [volume.volume, volume]));
  return after.volumes.flatMap((volume): [PlannedVolume, PlannedVolume][] => {
    const previous = old.get(volume.volume);
    return previous === undefined ? [] : [[previous, volume]];
  });
}

/** A backup before and after. */
export interface JobPair {
  readonly before: Job;
  readonly after: Job;
}

/**
 * The backups of a placement before and after: each with the one of its kind and part; one whose part is new, as another method
 * makes, with the first of its kind.
 */
export function backupPairs(
  plans: { readonly before: { readonly plan: BackupPlan }; readonly after: { readonly plan: BackupPlan } },
  { service, before, after }: PlacementPair,
): JobPair[] {
  const backups = (plan: BackupPlan, placement: Placement) =>
    jobIndex(plan)
      .at(service.id, placement)
      .filter(({ sources }) => sources.length > 0);
  const old = backups(plans.before.plan, before);
  return backups(plans.after.plan, after).flatMap((job): JobPair[] => {
    const same = old.filter(({ kind }) => kind === job.kind);
    const previous = same.find(({ part }) => part === job.part) ?? same[0] ?? old[0];
    return previous === undefined ? [] : [{ before: previous, after: job }];
  });
}

/** Whether two volumes are the same files, whatever they are called. Claims and volumes of engines go by their names. */
export function sameData(
  [placement, volume]: readonly [Placement, PlannedVolume],
  [other, candidate]: readonly [Placement, PlannedVolume],
): boolean {
  return (
    placement.host === other.host &&
    volume.kind === candidate.kind &&
    volume.location === candidate.location &&
    volume.name === candidate.name &&
    volume.namespace === candidate.namespace
  );
}

/** A repository's address, however it is spelt: what decides whether two are the same repository. */
export function addressOf(repository: RepositoryPlan | undefined): string {
  const address = repository?.local_path ?? repository?.url ?? '';
  return address.length > 1 ? address.replace(/\/+$/, '') : address;
}
