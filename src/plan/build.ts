import { isDeepStrictEqual } from 'node:util';
import type { Contract } from '../model/contract.js';
import { NOTHING_UNREAD, type Unread } from '../model/unread.js';
import { sortDiagnostics, type Diagnostic } from '../diagnostics/diagnostic.js';
import type { Policy, Repository } from '../model/policy.js';
import { RUNTIME_LIST, runtimeOf } from '../runtimes/registry.js';
import type { HonouredKey } from '../runtimes/runtime.js';
import { SIMULATION, type Period } from '../schedule/runs.js';
import type { Zones } from '../schedule/zone.js';
import { intlZones } from '../time/intl-zone.js';
import { runChecks } from './checks/registry.js';
import { resolveDeployments } from './deployments.js';
import type { Deployed } from '../model/deployed.js';
import { excludesInside } from '../excludes/bound.js';
import { backedUp } from '../model/volume.js';
import { placeDumps, planDumps } from './dumps.js';
import { withLiveCopies } from './live-copy.js';
import { planSurroundings, withQuiesce } from './quiesce.js';
import { withWatchedAges } from './source-age.js';
import { planVolumes, unprotectedVolumes, volumeRoot } from './volumes.js';
import type {
  BackupPlan,
  Elsewhere,
  OwnOfPlace,
  Placement,
  RepositoryPlan,
  ServicePlan,
} from '../model/plan.js';
import { expand } from '../jobs/expand.js';
import { placeInTime, placingOf } from './place-in-time.js';
import { resolve } from './resolve.js';
import { settle } from './settle.js';
import { localPath } from '../model/repository-url.js';
import { effectiveSettings } from '../model/settings.js';
import { groupBy } from '../lookup/group.js';
import { compareText } from '../text/compare.js';

/** A plan, and what planning found. */
export interface PlanResult {
  readonly plan: BackupPlan;
  /** Sorted by file and position. With an error among them the plan is there to look at, and must not be rendered. */
  readonly diagnostics: Diagnostic[];
}

/**
 * Contracts and policy to the one plan that every target renders. Pure: the same input gives the same plan, in the
 * same order, whatever order the contracts come in. With errors among the diagnostics the plan is still complete
 * enough to look at (`stowage paths`), but must not be rendered.
 *
 * @param zones rules of the time zones; by default those of the JavaScript engine
 * @param period what the checks of the schedules look at; the plan itself does not depend on it
 * @param unread contracts that are missing because they have mistakes
 */
export function buildPlan(
  policy: Policy,
  contracts: readonly Contract[],
  zones: Zones = intlZones,
  period: Period = SIMULATION,
  unread: Unread = NOTHING_UNREAD,
): PlanResult {
  const { sorted, diagnostics, ...drawn } = drawPlan(policy, contracts, zones, placeInTime, unread);
  const found = runChecks({ ...drawn, policy, contracts: sorted, zones, period, unread });
  const { plan } = drawn;
  return { plan, diagnostics: sortDiagnostics([...diagnostics, ...found]) };
}

/**
 * As {@link buildPlan}, without looking at whether the plan is any good.
 *
 * @param place what chooses the times of the jobs
 */
export function drawPlan(
  policy: Policy,
  contracts: readonly Contract[],
  zones: Zones = intlZones,
  place = placeInTime,
  unread: Unread = NOTHING_UNREAD,
) {
  const sorted = [...contracts].sort((a, b) => compareText(a.service_id, b.service_id));
  const distinct = sorted.filter((contract, index) => sorted[index - 1]?.service_id !== contract.service_id);
  const { deployed, diagnostics } = resolveDeployments(policy, distinct, unread);
  const placesOf = groupBy(deployed, ({ contract }) => contract.service_id);
  const services = distinct.map((contract) =>
    planService(policy, contract, placesOf.get(contract.service_id) ?? []),
  );
  const users = groupBy(services, ({ repository }) => repository);
  const repositories = policy.repositories.map((repository) =>
    planRepository(repository, users.get(repository.name) ?? []),
  );
  const drafts = expand(resolve(policy, distinct, { services, repositories }, zones));
  const plan = settle({
    version: 2,
    project: policy.project,
    policy: policy.document.file,
    parallel: policy.parallel,
    jobs: place(drafts, placingOf(policy, zones)),
    repositories,
    services,
  });
  return { sorted, deployed, drafts, plan, diagnostics };
}

function planService(policy: Policy, contract: Contract, deployed: readonly Deployed[]): ServicePlan {
  const settings = effectiveSettings(policy, contract);
  /** Whether any job of the service does what a key says. */
  const isInForce = (key: HonouredKey): boolean =>
    deployed.length === 0 ||
    deployed.some(({ runtime }) => runtimeOf(runtime).honours?.(policy, key) ?? true);
  const common = ownOfPlace(contract);
  const contracts = [contract, ...contract.variants.values()];
  const placements = deployed
    .map((entry) => planPlacement(policy, entry, common))
    .sort((a, b) => compareText(a.host ?? '', b.host ?? '') || compareText(a.runtime, b.runtime));
  return {
    service_id: contract.service_id,
    service_name: common.service_name,
    service_unit_name: common.service_unit_name,
    compose_services: common.compose_services,
    container_name: common.container_name,
    shreds_secrets: common.shreds_secrets,
    contract: contract.document.file,
    repository: settings.repository,
    tags: [`service:${contract.service_id}`],
    retention: settings.retention,
    exclude: isInForce('exclude')
      ? excludesInside(
          settings.exclude,
          unique(
            contracts.flatMap(({ persistent_volumes: volumes }) =>
              volumes.map(({ name }) => volumeRoot(contract, name)),
            ),
          ),
        )
      : [],
    timeout: isInForce('timeout') ? settings.timeout : null,
    retry_lock: isInForce('retry_lock') ? settings.retry_lock : null,
    accept_incomplete: isInForce('accept_incomplete') && settings.accept_incomplete,
    max_shrink_percent: isInForce('max_shrink') ? settings.max_shrink : 100,
    run_as: settings.run_as,
    run_as_user: common.run_as_user,
    run_as_group: common.run_as_group,
    health_cmd: common.health_cmd,
    requires: unique(contracts.flatMap(({ requires }) => requires))
      .filter((id) => id !== contract.service_id)
      .sort(compareText),
    vmid: common.vmid,
    ...(contract.backup.dumps.length === 0 ? {} : { dumps: planDumps(contract) }),
    ...planSurroundings(contract),
    unprotected_volumes: unique(
      contracts.flatMap((each) => unprotectedVolumes(each).map(({ name }) => name)),
    ),
    ...(placements.length > 0 ? {} : { undeployed_volumes: unwaivedVolumes(contract) }),
    placements,
    elsewhere: planElsewhere(policy, contract, common, placements),
  };
}

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}

function ownOfPlace(contract: Contract): OwnOfPlace {
  const { service_name, service_unit_name, compose_services, container_name, shreds_secrets } = contract;
  const { run_as_user, run_as_group, health_cmd } = contract;
  return {
    ...{ service_name, service_unit_name, compose_services, container_name, shreds_secrets },
    ...{ run_as_user, run_as_group, health_cmd },
    vmid: guestOf(contract),
  };
}

/** What a place has its own of; null for nothing. */
function differing(contract: Contract, common: OwnOfPlace): Partial<OwnOfPlace> | null {
  const own = Object.entries(ownOfPlace(contract)).filter(
    ([key, value]) => !isDeepStrictEqual(value, common[key as keyof OwnOfPlace]),
  );
  return own.length === 0 ? null : Object.fromEntries(own);
}

function unwaivedVolumes({ persistent_volumes, backup }: Contract): string[] {
  return persistent_volumes.flatMap(({ name }) =>
    backup.volumes.get(name)?.enabled === false ? [] : [name],
  );
}

/** The guest that the service is, where it may run as one. */
function guestOf(contract: Contract): number | null {
  return RUNTIME_LIST.map(({ guest }) => guest?.(contract) ?? null).find((number) => number !== null) ?? null;
}

function planElsewhere(
  policy: Policy,
  contract: Contract,
  common: OwnOfPlace,
  placements: readonly Placement[],
): Elsewhere[] {
  return contract.runtimes
    .filter((runtime) => !placements.some((placement) => placement.runtime === runtime))
    .map((runtime) => ({
      runtime,
      ...runtimeOf(runtime).ownFacts?.(policy, contract, null),
      volumes: backedUp(planVolumes(contract, runtime, policy)).map(
        ({ volume, kind, location, name, snapshot_path }) => ({
          ...{ volume, kind, location, name, snapshot_path },
        }),
      ),
      ...dumpsElsewhere(policy, contract, runtime, common),
    }));
}

function dumpsElsewhere(
  policy: Policy,
  contract: Contract,
  runtime: Placement['runtime'],
  common: OwnOfPlace,
): Pick<Elsewhere, 'dumps'> {
  if (contract.backup.dumps.length === 0 || runtimeOf(runtime).by_hand === null) return {};
  const there = { contract, runtime, host: null, deployment: null, snapshot_host: contract.service_id };
  const { scope, dumps } = planPlacement(policy, there, common);
  return dumps === undefined || scope === 'user' ? {} : { dumps };
}

function planPlacement(
  policy: Policy,
  { contract, runtime, host, deployment, snapshot_host }: Deployed,
  common: OwnOfPlace,
): Placement {
  const { ownFacts, placement } = runtimeOf(runtime);
  const located = planVolumes(contract, runtime, policy, deployment);
  const { namespace, workload, node_selector, scope, commands, volumes, not_honoured, obstacles } = placement(
    {
      ...{ policy, contract, deployment },
      volumes: located,
    },
  );
  const own = differing(contract, common);
  const planned: Placement = {
    ...{ runtime, host, namespace },
    ...(workload === undefined ? {} : { workload }),
    ...(node_selector === undefined ? {} : { node_selector }),
    scope,
    ...ownFacts?.(policy, contract, deployment),
    ...(commands === undefined ? {} : { commands }),
    snapshot_host,
    ...(own === null ? {} : { own }),
    volumes,
    ...(not_honoured === undefined ? {} : { not_honoured }),
    obstacles,
  };
  const service = { ...ownOfPlace(contract), service_id: contract.service_id };
  const held = withQuiesce(contract, service, planned);
  const placed = placeDumps({ policy, contract, placement: held }, service);
  return withWatchedAges(policy, withLiveCopies(policy, contract, placed));
}

function planRepository(repository: Repository, services: readonly ServicePlan[]): RepositoryPlan {
  return {
    name: repository.name,
    url: repository.url,
    local_path: localPath(repository.url),
    password_file: repository.password_file,
    environment_file: repository.environment_file,
    kubernetes_secret: repository.kubernetes_secret,
    maintenance: repository.maintenance,
    read_data_subsets: repository.read_data_subsets,
    services: services.map((service) => service.service_id),
  };
}
