import type { Contract } from '../model/contract.js';
import { serviceAt } from '../lookup/at-place.js';
import type { Resolved, WishedPart } from '../jobs/kind.js';
import type { Job, Wish } from '../model/job.js';
import type { MaintenancePlace, Policy } from '../model/policy.js';
import { RUNTIME_LIST, runtimeOf } from '../runtimes/registry.js';
import { weightOf } from '../schedule/placement.js';
import { inUtc } from '../schedule/utc-schedule.js';
import type { Zones } from '../schedule/zone.js';
import { declaredGigabytes } from './declared-size.js';
import type { BackupPlan } from '../model/plan.js';
import { effectiveSettings } from '../model/settings.js';

/** What expanding into jobs needs of services and repositories that are planned already. */
export function resolve(
  policy: Policy,
  contracts: readonly Contract[],
  { services, repositories }: Pick<BackupPlan, 'services' | 'repositories'>,
  zones: Zones,
): Resolved {
  const known = new Map(contracts.map((contract) => [contract.service_id, contract]));
  const planned = new Map(repositories.map((repository) => [repository.name, repository]));
  return {
    project: policy.project,
    repositories: policy.repositories.flatMap(({ name, timezone, times }) => {
      const repository = planned.get(name);
      if (repository === undefined) return [];
      return [{ repository, timezone, times, facts: upkeepFacts(policy, repository.maintenance) }];
    }),
    placed: services.flatMap((service) => {
      const contract = known.get(service.service_id);
      if (contract === undefined) return [];
      const wishes = wishesOf(policy, contract, zones);
      return service.placements.map((placement) => {
        const there = serviceAt(service, placement);
        const parts = runtimeOf(placement.runtime).parts(policy, there, placement);
        return {
          ...{ service: there, placement },
          parts: parts.map((part): WishedPart => ({ ...part, wish: wishes(part.backend.zone) })),
        };
      });
    }),
  };
}

/** A host's own programs keep a repository in order there; in a cluster it is pods of ours. */
function upkeepFacts(policy: Policy, { kind }: MaintenancePlace): Job['facts'] {
  if (kind === 'host') return {};
  return RUNTIME_LIST.find(({ upkeep }) => upkeep !== undefined)?.upkeep?.(policy) ?? {};
}

/** When the jobs of a service want to run, by whose clock they are read. */
function wishesOf(policy: Policy, contract: Contract, zones: Zones): (zone: 'job' | 'operator') => Wish {
  const settings = effectiveSettings(policy, contract);
  const { timezone, spread } = settings;
  const weight = weightOf(declaredGigabytes(contract));
  const own = { at: 'window', expression: settings.schedule, timezone, spread, weight } as const;
  return (zone) =>
    zone === 'job' || timezone === 'UTC'
      ? own
      : { ...own, expression: inUtc(settings, zones).cron, timezone: 'UTC' };
}
