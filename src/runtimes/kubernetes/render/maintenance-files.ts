import { settingsOf } from '../settings.js';
import { createHash } from 'node:crypto';
import { groupBy } from '../../../lookup/group.js';
import { jobIndex } from '../../../lookup/job-index.js';
import type { Job } from '../../../model/job.js';
import type { BackupPlan, RepositoryPlan } from '../../../model/plan.js';
import { header } from '../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';
import type { Namespace } from './cluster.js';
import { labels, objectName } from '../../../names/objects.js';
import type { Generator } from './contents.js';
import { podContext, SCRIPTS } from './pod.js';
import { maintenanceSecurity } from './security.js';
import { startingDeadline } from './timing.js';
import { serviceScripts, TASK_SCRIPTS, taskOf, type ServiceScript } from '../../../jobs/tasks.js';

const SHARED = { mode: 0o644, sources: [], service: null, runtime: 'kubernetes' } as const;

/** What its pods run. */
export const MAINTENANCE_SCRIPTS = [
  { file: 'apply-retention.sh', template: 'host/apply-retention.sh.hbs' },
  { file: 'maintain.sh', template: 'kubernetes/maintain.sh.hbs' },
  ...TASK_SCRIPTS.map((name) => ({ file: `${name}.sh`, template: `host/${name}.sh.hbs` })),
];

/** One ConfigMap holds at most 1 MiB, and `kubectl apply` notes at most 256 KiB of it: about 700 scripts. */
const SHARDS = Array.from({ length: 16 }, (_, shard) => shard.toString(16));

/** The jobs of one repository, and each service's scripts in files of their own. */
export function maintenanceFiles(
  namespace: Namespace,
  repository: RepositoryPlan,
  input: TargetInput,
): RenderedFile[] {
  const { plan, templates } = input;
  const jobs = jobIndex(plan).ofRepository(repository.name);
  return [
    ...jobs.map((job) => ({
      ...SHARED,
      path: job.object.file,
      content: templates.render('kubernetes/maintenance.yaml.hbs', {
        header: header(plan, null),
        repository: repository.name,
        ...maintenanceJob(namespace, repository, input, job),
      }),
    })),
    ...jobs
      .flatMap((job) => serviceScripts(job, plan))
      .map((script) => serviceFile(namespace, repository, script, input)),
  ];
}

/** ConfigMaps that the namespace's kustomization makes of the services' scripts: by a hash, so that none moves. */
export function scriptGenerators(repository: RepositoryPlan, { plan }: TargetInput): Generator[] {
  return jobIndex(plan)
    .ofRepository(repository.name)
    .flatMap((job) => generatorsOf(repository, plan, job));
}

function generatorsOf(repository: RepositoryPlan, plan: BackupPlan, job: Job): Generator[] {
  const shards = groupBy(serviceScripts(job, plan), shardOf);
  return SHARDS.flatMap((shard) => {
    const scripts = shards.get(shard);
    if (scripts === undefined) return [];
    const name = `${objectName(plan.project, taskOf(job).stem, repository.name)}-${shard}`;
    return [{ name, files: scripts.map((script) => pathOf(repository, script)) }];
  });
}

function maintenanceJob(
  namespace: Namespace,
  repository: RepositoryPlan,
  input: TargetInput,
  job: Job,
): Record<string, unknown> {
  const { project } = input.plan;
  const { stem } = taskOf(job);
  const generators = generatorsOf(repository, input.plan, job);
  return {
    name: job.object.name,
    namespace: namespace.name,
    labels: labels(project, repository.name, 'maintenance'),
    schedule: job.schedule,
    starting_deadline: startingDeadline(job.schedule.cron),
    ...podContext({
      project,
      repository,
      settings: settingsOf(input.runtimes),
      security: maintenanceSecurity(),
      command: ['/bin/sh', `${SCRIPTS}/maintain.sh`],
      args: commandOf(job),
      sources: [],
      moreMounts:
        generators.length > 0 ? [{ name: stem, mountPath: `${SCRIPTS}-${stem}`, readOnly: true }] : [],
      // None is optional, so that one that was lost keeps the job from its silent success.
      moreVolumes:
        generators.length > 0
          ? [{ name: stem, projected: { sources: generators.map(({ name }) => ({ configMap: { name } })) } }]
          : [],
    }),
  };
}

/** What a job runs in its pod. */
function commandOf(job: Job): readonly string[] {
  const { stem, task } = taskOf(job);
  const { command, each_service } = task;
  const folder = each_service === null ? [] : [`${SCRIPTS}-${stem}`];
  return 'restic' in command
    ? ['restic', command.restic, ...command.options.map((option) => option.join('=')), ...folder]
    : ['/bin/sh', `${SCRIPTS}/${command.script}.sh`, ...command.args(job), ...folder];
}

function serviceFile(
  namespace: Namespace,
  repository: RepositoryPlan,
  script: ServiceScript,
  { plan, templates }: TargetInput,
): RenderedFile {
  const { service, template, context } = script;
  return {
    path: `${namespace.folder}/${pathOf(repository, script)}`,
    content: templates.render(template, {
      header: header(plan, service.contract),
      ...context(service, SCRIPTS),
    }),
    mode: 0o755,
    sources: [service.contract],
    service: service.service_id,
    runtime: null,
  };
}

function pathOf(repository: RepositoryPlan, { stem, service }: ServiceScript): string {
  return `${stem}/${repository.name}/${service.service_id}.sh`;
}

function shardOf({ service }: ServiceScript): string {
  return createHash('sha256').update(service.service_id).digest('hex').slice(0, 1);
}
