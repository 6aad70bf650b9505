import { maintenanceOf } from '../../plan/maintenance-jobs.js';
import type { MaintenanceKind } from '../../plan/maintenance-times.js';
import { installedName, libraryFolder } from '../../names/installed.js';
import type { JobSchedule, RepositoryPlan, ServicePlan } from '../../plan/plan.js';
import { header } from '../header.js';
import type { RenderedFile, TargetInput } from '../target.js';
import { libraryScript } from './host-files.js';
import type { HostTree } from './host-tree.js';
import { protectHome } from './protect-home.js';
import { retentionContext } from '../retention-context.js';
import { repositoryContext } from './repository-context.js';

/** What nobody's contract decides: not about one service, nor one runtime. */
const SHARED = { sources: [], service: null, runtime: null } as const;

interface MaintenanceJob {
  readonly verb: MaintenanceKind;
  readonly description: string;
  readonly schedule: JobSchedule;
  readonly command: readonly string[];
}

/** The locks, forget, prune and check of one repository, for the one host that maintains it. */
export function maintenanceFiles(
  tree: HostTree,
  repository: RepositoryPlan,
  input: TargetInput,
): RenderedFile[] {
  const { name } = repository;
  const library = libraryFolder(tree.project);
  const jobs: MaintenanceJob[] = [
    {
      verb: 'forget',
      description: `Forget old snapshots in restic repository ${name}`,
      schedule: repository.forget,
      command: [`${library}/forget.sh`, `${library}/forget/${name}`],
    },
    {
      verb: 'prune',
      description: `Remove unused data from restic repository ${name}`,
      schedule: repository.prune,
      command: ['restic', 'prune', '--retry-lock', '2h'],
    },
    {
      verb: 'check',
      description: `Check restic repository ${name}`,
      schedule: repository.check,
      command: [`${library}/check-repository.sh`, String(repository.read_data_subsets ?? 0)],
    },
  ];
  return [
    ...jobs
      .filter(({ verb }) => maintenanceOf(repository).includes(verb))
      .flatMap((job) => jobFiles(tree, repository, job, input)),
    ...lockFiles(tree, repository, input),
    ...input.plan.services
      .filter((service) => service.repository === name)
      .map((service) => forgetScript(tree, repository, service, input)),
  ];
}

function jobFiles(
  tree: HostTree,
  repository: RepositoryPlan,
  job: MaintenanceJob,
  { plan, templates }: TargetInput,
): RenderedFile[] {
  const unit = `${tree.folder}/systemd/${installedName(tree.project, job.verb, repository.name)}`;
  return [
    {
      ...SHARED,
      path: `${unit}.service`,
      mode: 0o644,
      content: templates.render('systemd/maintenance.service.hbs', {
        header: header(plan, null),
        description: job.description,
        command: job.command,
        protect_home: protectHome([repository.local_path ?? '']),
        repository: repositoryContext(repository),
      }),
    },
    {
      ...SHARED,
      path: `${unit}.timer`,
      mode: 0o644,
      content: templates.render('systemd/job.timer.hbs', {
        header: header(plan, null),
        description: `When to ${job.verb} restic repository ${repository.name}`,
        on_calendar: job.schedule.on_calendar,
        // It waits for the repository, not for the host.
        queue: null,
      }),
    },
  ];
}

/** The job that removes dead locks: it has no time of day, and needs nobody to wait. */
function lockFiles(
  tree: HostTree,
  repository: RepositoryPlan,
  { plan, templates }: TargetInput,
): RenderedFile[] {
  const unit = `${tree.folder}/systemd/${installedName(tree.project, 'locks', repository.name)}`;
  return [
    {
      ...SHARED,
      path: `${unit}.service`,
      mode: 0o644,
      content: templates.render('systemd/locks.service.hbs', {
        header: header(plan, null),
        description: `Remove dead locks from restic repository ${repository.name}`,
        command: [libraryScript(tree.project, 'remove-dead-locks.sh')],
        protect_home: protectHome([repository.local_path ?? '']),
        repository: repositoryContext(repository),
      }),
    },
    {
      ...SHARED,
      path: `${unit}.timer`,
      mode: 0o644,
      content: templates.render('systemd/locks.timer.hbs', {
        header: header(plan, null),
        description: `When to look for dead locks in restic repository ${repository.name}`,
      }),
    },
  ];
}

/** One service's retention, in a file of its own: adding a service changes no other. */
function forgetScript(
  tree: HostTree,
  repository: RepositoryPlan,
  service: ServicePlan,
  { plan, templates }: TargetInput,
): RenderedFile {
  return {
    path: `${tree.folder}/bin/forget/${repository.name}/${service.service_id}.sh`,
    mode: 0o755,
    sources: [service.contract],
    service: service.service_id,
    runtime: null,
    content: templates.render('host/forget-service.sh.hbs', {
      header: header(plan, service.contract),
      ...retentionContext(service, libraryScript(tree.project, 'apply-retention.sh')),
    }),
  };
}
