import type { Contract } from '../contract/contract.js';
import { NOTHING_UNREAD, type Unread } from '../contract/unread.js';
import { sortDiagnostics, type Diagnostic } from '../diagnostics/diagnostic.js';
import type { KubernetesSettings, Labels, Policy, Repository } from '../policy/policy.js';
import { SIMULATION, type Period } from '../schedule/runs.js';
import type { Zones } from '../schedule/zone.js';
import { intlZones } from '../time/intl-zone.js';
import { honours, unheardOfDefaults, type HonouredKey } from './honoured.js';
import { kubernetesObstacles } from './kubernetes-problems.js';
import { runChecks } from './checks/registry.js';
import { resolveDeployments, type Deployed } from './deployments.js';
import { excludesInside } from './excludes.js';
import { planWorkload } from './workload.js';
import { backedUp, planVolumes, unprotectedVolumes, volumeRoot } from './volumes.js';
import type { BackupPlan, Elsewhere, Placement, PlannedVolume, RepositoryPlan, ServicePlan } from './plan.js';
import { expand } from '../jobs/expand.js';
import { placeInTime, placingOf } from './place-in-time.js';
import { resolve } from './resolve.js';
import { localPath } from '../policy/repository-url.js';
import { composeProject, effectiveCommands, effectiveSettings } from './settings.js';
import { groupBy } from './group.js';
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
  const unique = sorted.filter((contract, index) => sorted[index - 1]?.service_id !== contract.service_id);
  const { deployed, diagnostics } = resolveDeployments(policy, unique, unread);
  const placesOf = groupBy(deployed, (entry) => entry.contract);
  const services = unique.map((contract) => planService(policy, contract, placesOf.get(contract) ?? []));
  const users = groupBy(services, ({ repository }) => repository);
  const repositories = policy.repositories.map((repository) =>
    planRepository(repository, users.get(repository.name) ?? []),
  );
  const drafts = expand(resolve(policy, unique, { services, repositories }, zones));
  const plan: BackupPlan = {
    version: 2,
    project: policy.project,
    policy: policy.document.file,
    parallel: policy.parallel,
    jobs: place(drafts, placingOf(policy, zones)),
    repositories,
    services,
  };
  return { sorted, deployed, drafts, plan, diagnostics };
}

function planService(policy: Policy, contract: Contract, deployed: readonly Deployed[]): ServicePlan {
  const settings = effectiveSettings(policy, contract);
  const { method } = policy.runtimes.kubernetes;
  /** Whether any job of the service does what a key says. */
  const isInForce = (key: HonouredKey): boolean =>
    deployed.length === 0 || deployed.some(({ runtime }) => runtime !== 'kubernetes' || honours(method, key));
  const placements = deployed
    .map((entry) => planPlacement(policy, entry))
    .sort((a, b) => compareText(a.host ?? '', b.host ?? '') || compareText(a.runtime, b.runtime));
  return {
    service_id: contract.service_id,
    service_name: contract.service_name,
    service_unit_name: contract.service_unit_name,
    compose_services: contract.compose_services,
    container_name: contract.container_name,
    shreds_secrets: contract.shreds_secrets,
    contract: contract.document.file,
    repository: settings.repository,
    tags: [`service:${contract.service_id}`],
    retention: settings.retention,
    exclude: isInForce('exclude')
      ? excludesInside(
          settings.exclude,
          contract.persistent_volumes.map(({ name }) => volumeRoot(contract, name)),
        )
      : [],
    timeout: isInForce('timeout') ? settings.timeout : null,
    retry_lock: isInForce('retry_lock') ? settings.retry_lock : null,
    accept_incomplete: isInForce('accept_incomplete') && settings.accept_incomplete,
    max_shrink_percent: isInForce('max_shrink') ? settings.max_shrink : 100,
    run_as: settings.run_as,
    run_as_user: contract.run_as_user,
    run_as_group: contract.run_as_group,
    health_cmd: contract.health_cmd,
    requires: [...new Set(contract.requires)].filter((id) => id !== contract.service_id).sort(compareText),
    vmid: contract.vmid,
    unprotected_volumes: unprotectedVolumes(contract).map((volume) => volume.name),
    placements,
    elsewhere: planElsewhere(policy, contract, placements),
  };
}

function planElsewhere(policy: Policy, contract: Contract, placements: readonly Placement[]): Elsewhere[] {
  return contract.runtimes
    .filter((runtime) => !placements.some((placement) => placement.runtime === runtime))
    .map((runtime) => {
      const project = runtime === 'docker' ? composeProject(policy, contract, null) : null;
      return {
        runtime,
        ...(project === null ? {} : { compose_project: project }),
        volumes: backedUp(planVolumes(contract, runtime, policy.runtimes, project)).map(
          ({ volume, kind, location, name, snapshot_path }) => ({
            ...{ volume, kind, location, name, snapshot_path },
          }),
        ),
      };
    });
}

function planPlacement(policy: Policy, entry: Deployed): Placement {
  const { contract, runtime, host, deployment } = entry;
  const onCluster = runtime === 'kubernetes';
  const { method } = policy.runtimes.kubernetes;
  const project = runtime === 'docker' ? composeProject(policy, contract, deployment) : null;
  // Pages stop and start a workload of a cluster with kubectl, whatever the contract has for other places.
  const commands = onCluster ? null : effectiveCommands(contract, deployment);
  const volumes = planVolumes(contract, runtime, policy.runtimes, project).map((volume) =>
    onCluster ? volumeInForce(method, volume) : volume,
  );
  const unheard = onCluster ? unheardOfDefaults(policy, contract).map(({ key }) => key) : [];
  const nodes = nodesOf(policy, entry, volumes);
  return {
    runtime,
    host,
    namespace: onCluster ? contract.service_namespace : null,
    ...(onCluster ? { workload: planWorkload(contract, backedUp(volumes)) } : {}),
    ...(nodes === null ? {} : { node_selector: nodes }),
    scope: runtime === 'podman' ? contract.quadlet_scope : null,
    ...(project === null ? {} : { compose_project: project }),
    ...(commands === null ? {} : { commands }),
    snapshot_host: entry.snapshot_host,
    volumes,
    ...(unheard.length === 0 ? {} : { not_honoured: unheard }),
    obstacles: onCluster ? kubernetesObstacles(policy, contract) : [],
  };
}

/** A volume with what the method does about it, and nothing that it does not. */
function volumeInForce(method: KubernetesSettings['method'], volume: PlannedVolume): PlannedVolume {
  return {
    ...volume,
    allow_empty: volume.allow_empty && honours(method, 'allow_empty'),
    exclude: honours(method, 'exclude') ? volume.exclude : [],
  };
}

/** Labels of the nodes that each back up hostPaths of their own; null where nothing does so. */
function nodesOf(policy: Policy, entry: Deployed, volumes: readonly PlannedVolume[]): Labels | null {
  const { host_path_mode, node_selector } = policy.runtimes.kubernetes;
  const isPerNode =
    entry.runtime === 'kubernetes' &&
    host_path_mode === 'daemonset' &&
    volumes.some(({ kind, backed_up }) => kind === 'host_path' && backed_up);
  return isPerNode ? (entry.deployment?.node_selector ?? node_selector) : null;
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
    read_data_subsets: repository.check.read_data_subsets,
    services: services.map((service) => service.service_id),
  };
}
