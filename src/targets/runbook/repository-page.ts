import { TIMED_KINDS } from '../../jobs/registry.js';
import { libraryScript, resticCommand } from '../../names/installed.js';
import { isExclusive, isLight, type Job } from '../../model/job.js';
import { jobIndex } from '../../lookup/job-index.js';
import type { RepositoryPlan } from '../../model/plan.js';
import { helperOf } from '../../model/repository-url.js';
import { header } from '../../rendering/header.js';
import { CLUSTERS } from '../../runtimes/registry.js';
import type { Shell } from '../../runtimes/runtime.js';
import type { TargetInput } from '../../rendering/file.js';
import { firstBackup, type AllJobs } from './first-backup.js';
import type { Command } from '../../model/guide.js';
import { IN_TREE } from '../../steps/typed-at.js';

/** Programs that restic reaches a repository through, and their files in the home of user restic. */
const HELPERS = {
  sftp: { name: 'SSH', files: '/var/lib/restic/.ssh/{id_*,known_hosts,config}' },
  rclone: { name: 'rclone', files: '/var/lib/restic/.config/rclone/rclone.conf' },
} as const;

/** What the page of a repository shows. */
export function repositoryContext(
  input: TargetInput,
  jobs: AllJobs,
  repository: RepositoryPlan,
): Record<string, unknown> {
  const own = jobIndex(input.plan).ofRepository(repository.name);
  const hosts = jobs.hosts.filter((tree) => tree.repositories.includes(repository));
  const { maintenance } = repository;
  const helper = helperOf(repository.url);
  const shell = shellOf(input.plan.project, repository);
  const restic = (...args: string[]): Command => [...shell.restic, ...args];
  return {
    header: header(input.plan, null),
    name: repository.name,
    url: repository.url,
    place:
      maintenance.kind === 'host'
        ? `on host ${maintenance.host}, as root`
        : `${IN_TREE.charAt(0).toLowerCase()}${IN_TREE.slice(1)}`,
    hosts: hosts.map((tree) => tree.name),
    password_file: repository.password_file,
    secret: repository.kubernetes_secret,
    helper: hosts.length > 0 && helper !== null ? HELPERS[helper].name : null,
    helper_files: helper === null ? '' : HELPERS[helper].files,
    is_rclone: helper === 'rclone',
    check_access: [libraryScript(input.plan.project, 'check-access.sh')],
    ...timesOf(own),
    open: shell.open,
    lifetime: shell.lifetime,
    close: shell.close,
    init: restic('init'),
    snapshots: restic('snapshots', '--group-by', 'host,tags'),
    size: [restic('stats', '--mode', 'raw-data'), restic('stats', '--mode', 'restore-size', 'latest')],
    keys: restic('key', 'list'),
    add_key: restic('key', 'add'),
    locks: restic('list', 'locks', '--no-lock'),
    watch: watchNow(own.find(isLight)),
    first_backup: firstBackup(input, jobs, repository),
    check_all: restic('check', '--read-data', '--retry-lock', '2h'),
    repair_index: restic('repair', 'index'),
    repair_snapshots: restic('repair', 'snapshots', '--forget'),
  };
}

/** A host's own shell will do. */
function shellOf(project: string, repository: RepositoryPlan): Shell {
  const [inCluster] = CLUSTERS.flatMap(({ shell }) => shell(project, repository) ?? []);
  return (
    inCluster ?? { open: [], lifetime: '', restic: [resticCommand(project, repository.name)], close: [] }
  );
}

/** When the repository's own jobs run, by kind and together; `-` for one that there is not. */
function timesOf(jobs: readonly Job[]): Record<string, unknown> {
  const times = TIMED_KINDS.map(({ name }) => ({
    kind: name,
    cron: jobs.find(({ kind }) => kind === name)?.schedule.cron ?? '-',
  }));
  const names = times.map(({ kind }) => kind).join(', ');
  return {
    ...Object.fromEntries(times.map(({ kind, cron }) => [kind, cron])),
    jobs: `${names.charAt(0).toUpperCase()}${names.slice(1)}`,
    times: times.map(({ cron }) => cron),
    timezone: jobs.find(isExclusive)?.schedule.timezone ?? 'UTC',
  };
}

/** How a person lets the job that removes dead locks look at them now, and reads what it says. */
function watchNow(job: Job | undefined): Command[] {
  if (job === undefined) return [];
  const { name } = job.object;
  if (job.place.on === 'host') {
    return [
      ['systemctl', 'start', `${name}.service`],
      ['journalctl', '--no-pager', '--lines=20', `--unit=${name}.service`],
    ];
  }
  const kubectl = ['kubectl', '--namespace', job.place.namespace];
  return [
    [...kubectl, 'create', 'job', `${name}-now`, `--from=cronjob/${name}`],
    [...kubectl, 'logs', '--follow', '--pod-running-timeout=10m', `job/${name}-now`],
    [...kubectl, 'delete', 'job', `${name}-now`],
  ];
}
