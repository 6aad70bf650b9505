import { createHash } from 'node:crypto';
import { groupBy } from '../../plan/group.js';
import { maintenanceOf } from '../../plan/maintenance-jobs.js';
import type { MaintenanceKind } from '../../plan/maintenance-times.js';
import type { BackupPlan, JobSchedule, RepositoryPlan, ServicePlan } from '../../plan/plan.js';
import { header } from '../header.js';
import { retentionContext } from '../retention-context.js';
import type { RenderedFile, TargetInput } from '../target.js';
import type { Namespace } from './cluster.js';
import { labels, objectName } from './names.js';
import { podContext, SCRIPTS } from './pod.js';
import { maintenanceSecurity } from './security.js';
import { startingDeadline } from './timing.js';

const SHARED = { mode: 0o644, sources: [], service: null, runtime: 'kubernetes' } as const;

type Verb = 'locks' | MaintenanceKind;
type Times = Pick<JobSchedule, 'cron' | 'timezone'>;

/** Where the forget job finds the services' scripts. */
const FORGET_FOLDER = `${SCRIPTS}-forget`;
/** When to look for dead locks: a lock is gone within the hour, and no other job needs to keep out of the way. */
const LOCKS = { cron: '7,22,37,52 * * * *', timezone: 'UTC' } as const;
/** One ConfigMap holds at most 1 MiB, and `kubectl apply` notes at most 256 KiB of it: about 700 scripts. */
const SHARDS = Array.from({ length: 16 }, (_, shard) => shard.toString(16));

/** The locks, forget, prune and check of one repository, and each service's retention in a file of its own. */
export function maintenanceFiles(
  namespace: Namespace,
  repository: RepositoryPlan,
  input: TargetInput,
): RenderedFile[] {
  const { plan, templates } = input;
  const job = (verb: Verb, schedule: Times, ...command: readonly string[]) =>
    maintenanceJob(namespace, repository, input, verb, schedule, command);
  const script = (name: string, ...args: readonly string[]) => ['/bin/sh', `${SCRIPTS}/${name}`, ...args];
  const parts = String(repository.read_data_subsets ?? 0);
  const all = {
    forget: () => job('forget', repository.forget, ...script('forget.sh', FORGET_FOLDER)),
    prune: () => job('prune', repository.prune, 'restic', 'prune', '--retry-lock=2h'),
    check: () => job('check', repository.check, ...script('check-repository.sh', parts)),
  };
  const jobs = [
    job('locks', LOCKS, ...script('remove-dead-locks.sh')),
    ...maintenanceOf(repository).map((kind) => all[kind]()),
  ];
  return [
    {
      ...SHARED,
      path: `${namespace.folder}/maintenance-${repository.name}.yaml`,
      content: templates.render('kubernetes/maintenance.yaml.hbs', {
        header: header(plan, null),
        repository: repository.name,
        security: maintenanceSecurity(),
        jobs,
      }),
    },
    ...forgottenServices(plan, repository, input).map((service) => ({
      path: `${namespace.folder}/${forgetScript(repository, service)}`,
      content: templates.render('host/forget-service.sh.hbs', {
        header: header(plan, service.contract),
        ...retentionContext(service, `${SCRIPTS}/apply-retention.sh`),
      }),
      mode: 0o755 as const,
      sources: [service.contract],
      service: service.service_id,
      runtime: null,
    })),
  ];
}

/** ConfigMaps that the namespace's kustomization makes of the forget scripts: by a hash, so that none moves. */
export function forgetGenerators(
  repository: RepositoryPlan,
  input: TargetInput,
): { name: string; files: string[] }[] {
  const shards = groupBy(forgottenServices(input.plan, repository, input), shardOf);
  return SHARDS.flatMap((shard) => {
    const services = shards.get(shard);
    if (services === undefined) return [];
    const files = services.map((service) => forgetScript(repository, service));
    return [{ name: shardName(input.plan, repository, shard), files }];
  });
}

function maintenanceJob(
  namespace: Namespace,
  repository: RepositoryPlan,
  input: TargetInput,
  verb: Verb,
  schedule: Times,
  command: readonly string[],
): Record<string, unknown> {
  const isForget = verb === 'forget';
  return {
    name: objectName(input.plan.project, verb, repository.name),
    namespace: namespace.name,
    labels: labels(input.plan.project, repository.name, 'maintenance'),
    schedule,
    starting_deadline: startingDeadline(schedule.cron),
    ...podContext({
      project: input.plan.project,
      repository,
      settings: input.runtimes.kubernetes,
      security: maintenanceSecurity(),
      command: ['/bin/sh', `${SCRIPTS}/maintain.sh`],
      args: command,
      sources: [],
      moreMounts: isForget ? [{ name: 'forget', mountPath: FORGET_FOLDER, readOnly: true }] : [],
      moreVolumes: isForget
        ? [{ name: 'forget', projected: { sources: forgetSources(repository, input) } }]
        : [],
    }),
  };
}

/** The shards that hold scripts; none is optional, so that one that was lost keeps the job from its silent success. */
function forgetSources(repository: RepositoryPlan, input: TargetInput): Record<string, unknown>[] {
  return forgetGenerators(repository, input).map(({ name }) => ({ configMap: { name } }));
}

function shardName({ project }: BackupPlan, repository: RepositoryPlan, shard: string): string {
  return `${objectName(project, 'forget', repository.name)}-${shard}`;
}

function shardOf(service: ServicePlan): string {
  return createHash('sha256').update(service.service_id).digest('hex').slice(0, 1);
}

function forgetScript(repository: RepositoryPlan, service: ServicePlan): string {
  return `forget/${repository.name}/${service.service_id}.sh`;
}

/** Services with snapshots that jobs of ours make: an operator on the cluster forgets its own. */
function forgottenServices(
  plan: BackupPlan,
  repository: RepositoryPlan,
  { runtimes }: TargetInput,
): ServicePlan[] {
  const operator = runtimes.kubernetes.method !== 'restic';
  return plan.services.filter(
    (service) =>
      service.repository === repository.name &&
      service.placements.some(({ runtime }) => !operator || runtime !== 'kubernetes'),
  );
}
