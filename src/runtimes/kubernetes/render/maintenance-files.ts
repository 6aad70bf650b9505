import { settingsOf } from '../settings.js';
import { createHash } from 'node:crypto';
import { groupBy } from '../../../lookup/group.js';
import { jobIndex, serviceIndex } from '../../../lookup/job-index.js';
import { isLight, type Job } from '../../../model/job.js';
import type { BackupPlan, RepositoryPlan, ServicePlan } from '../../../model/plan.js';
import { header } from '../../../rendering/header.js';
import { retentionContext } from '../../../rendering/retention-context.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';
import type { Namespace } from './cluster.js';
import { labels, objectName } from '../../../names/objects.js';
import { podContext, SCRIPTS } from './pod.js';
import { maintenanceSecurity } from './security.js';
import { startingDeadline } from './timing.js';

const SHARED = { mode: 0o644, sources: [], service: null, runtime: 'kubernetes' } as const;

/** What its pods run. */
export const MAINTENANCE_SCRIPTS = [
  { file: 'apply-retention.sh', template: 'host/apply-retention.sh.hbs' },
  { file: 'maintain.sh', template: 'kubernetes/maintain.sh.hbs' },
  { file: 'check-repository.sh', template: 'host/check-repository.sh.hbs' },
  { file: 'forget.sh', template: 'host/forget.sh.hbs' },
  { file: 'remove-dead-locks.sh', template: 'host/remove-dead-locks.sh.hbs' },
] as const;

/** Where the forget job finds the services' scripts. */
const FORGET_FOLDER = `${SCRIPTS}-forget`;
/** One ConfigMap holds at most 1 MiB, and `kubectl apply` notes at most 256 KiB of it: about 700 scripts. */
const SHARDS = Array.from({ length: 16 }, (_, shard) => shard.toString(16));

/** The locks, forget, prune and check of one repository, and each service's retention in a file of its own. */
export function maintenanceFiles(
  namespace: Namespace,
  repository: RepositoryPlan,
  input: TargetInput,
): RenderedFile[] {
  const { plan, templates } = input;
  const jobs = [...jobIndex(plan).ofRepository(repository.name)]
    .sort((a, b) => Number(isLight(b)) - Number(isLight(a)))
    .map((job) => maintenanceJob(namespace, repository, input, job));
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
    ...forgottenServices(plan, repository).map((service) => ({
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
  const shards = groupBy(forgottenServices(input.plan, repository), shardOf);
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
  { kind, schedule, object, covers, facts }: Job,
): Record<string, unknown> {
  // Where there are services, there are scripts about each.
  const isForget = covers.length > 0;
  return {
    name: object.name,
    namespace: namespace.name,
    labels: labels(input.plan.project, repository.name, 'maintenance'),
    schedule,
    starting_deadline: startingDeadline(schedule.cron),
    ...podContext({
      project: input.plan.project,
      repository,
      settings: settingsOf(input.runtimes),
      security: maintenanceSecurity(),
      command: ['/bin/sh', `${SCRIPTS}/maintain.sh`],
      args: commandOf(kind, facts),
      sources: [],
      moreMounts: isForget ? [{ name: 'forget', mountPath: FORGET_FOLDER, readOnly: true }] : [],
      moreVolumes: isForget
        ? [{ name: 'forget', projected: { sources: forgetSources(repository, input) } }]
        : [],
    }),
  };
}

/** What one kind of maintenance runs in its pod. */
function commandOf(kind: string, facts: Job['facts']): readonly string[] {
  const script = (name: string, ...args: readonly string[]) => ['/bin/sh', `${SCRIPTS}/${name}`, ...args];
  const commands: Readonly<Record<string, readonly string[]>> = {
    forget: script('forget.sh', FORGET_FOLDER),
    prune: ['restic', 'prune', '--retry-lock=2h'],
    check: script('check-repository.sh', facts.read_data_subsets ?? '0'),
    locks: script('remove-dead-locks.sh'),
  };
  const command = commands[kind];
  if (command === undefined) throw new Error(`nothing says what a job of kind ${kind} runs in a pod`);
  return command;
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
function forgottenServices(plan: BackupPlan, repository: RepositoryPlan): ServicePlan[] {
  const services = serviceIndex(plan);
  return jobIndex(plan)
    .ofRepository(repository.name)
    .flatMap(({ covers }) => covers)
    .flatMap((id) => services.get(id) ?? []);
}
