import type { Job } from '../../model/job.js';
import { libraryFolder, libraryScript } from '../../names/installed.js';
import { jobIndex, serviceIndex } from '../../lookup/job-index.js';
import type { RepositoryPlan, ServicePlan } from '../../model/plan.js';
import { header } from '../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import type { HostTree } from '../../hosts/host-tree.js';
import { protectHome } from './protect-home.js';
import { retentionContext } from '../../rendering/retention-context.js';
import { repositoryContext } from '../../hosts/repository-context.js';

/** What nobody's contract decides: not about one service, nor one runtime. */
const SHARED = { sources: [], service: null, runtime: null } as const;

/** What one kind of maintenance does, and which template says so. */
interface Task {
  readonly description: string;
  readonly template: string;
  readonly command: readonly string[];
  /** What its timer says it is for. */
  readonly when: string;
  readonly timer: string;
}

/** The maintenance of one repository, for the one host that does it. */
export function maintenanceFiles(
  tree: HostTree,
  repository: RepositoryPlan,
  input: TargetInput,
): RenderedFile[] {
  const jobs = jobIndex(input.plan).ofRepository(repository.name);
  const services = serviceIndex(input.plan);
  const covered = jobs.flatMap(({ covers }) => covers);
  return [
    ...jobs.flatMap((job) => jobFiles(tree, repository, job, input)),
    ...covered
      .flatMap((id) => services.get(id) ?? [])
      .map((service) => forgetScript(tree, repository, service, input)),
  ];
}

function taskOf({ project }: HostTree, { name }: RepositoryPlan, { kind, facts }: Job): Task {
  const library = libraryFolder(project);
  const usual = { template: 'systemd/maintenance.service.hbs', timer: 'systemd/job.timer.hbs' };
  const tasks: Readonly<Record<string, Task>> = {
    forget: {
      ...usual,
      description: `Forget old snapshots in restic repository ${name}`,
      command: [`${library}/forget.sh`, `${library}/forget/${name}`],
      when: `When to forget restic repository ${name}`,
    },
    prune: {
      ...usual,
      description: `Remove unused data from restic repository ${name}`,
      command: ['restic', 'prune', '--retry-lock', '2h'],
      when: `When to prune restic repository ${name}`,
    },
    check: {
      ...usual,
      description: `Check restic repository ${name}`,
      command: [`${library}/check-repository.sh`, facts.read_data_subsets ?? '0'],
      when: `When to check restic repository ${name}`,
    },
    locks: {
      // It needs nobody to wait, and may look for hours.
      template: 'systemd/locks.service.hbs',
      timer: 'systemd/locks.timer.hbs',
      description: `Remove dead locks from restic repository ${name}`,
      command: [libraryScript(project, 'remove-dead-locks.sh')],
      when: `When to look for dead locks in restic repository ${name}`,
    },
  };
  const task = tasks[kind];
  if (task === undefined) throw new Error(`nothing says what a job of kind ${kind} runs on a host`);
  return task;
}

function jobFiles(
  tree: HostTree,
  repository: RepositoryPlan,
  job: Job,
  { plan, templates }: TargetInput,
): RenderedFile[] {
  const task = taskOf(tree, repository, job);
  return [
    {
      ...SHARED,
      path: `${tree.folder}/systemd/${job.object.name}.service`,
      mode: 0o644,
      content: templates.render(task.template, {
        header: header(plan, null),
        description: task.description,
        command: task.command,
        protect_home: protectHome([repository.local_path ?? '']),
        repository: repositoryContext(repository),
      }),
    },
    {
      ...SHARED,
      path: job.object.file,
      mode: 0o644,
      content: templates.render(task.timer, {
        header: header(plan, null),
        description: task.when,
        on_calendar: job.schedule.on_calendar,
        // It waits for the repository, not for the host.
        queue: null,
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
