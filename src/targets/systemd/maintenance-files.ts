import type { Job } from '../../model/job.js';
import { libraryFolder, libraryScript } from '../../names/installed.js';
import { jobIndex } from '../../lookup/job-index.js';
import type { RepositoryPlan } from '../../model/plan.js';
import { header } from '../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import type { HostTree } from '../../hosts/host-tree.js';
import { protectHome } from './protect-home.js';
import { serviceScripts, taskOf, type ServiceScript } from '../../jobs/tasks.js';
import { repositoryContext } from '../../hosts/repository-context.js';

/** What nobody's contract decides: not about one service, nor one runtime. */
const SHARED = { sources: [], service: null, runtime: null } as const;

/** The maintenance of one repository, for the one host that does it. */
export function maintenanceFiles(
  tree: HostTree,
  repository: RepositoryPlan,
  input: TargetInput,
): RenderedFile[] {
  const jobs = jobIndex(input.plan).ofRepository(repository.name);
  return jobs.flatMap((job) => [
    ...jobFiles(tree, repository, job, input),
    ...serviceScripts(job, input.plan).map((script) => serviceFile(tree, repository, script, input)),
  ]);
}

/** What a job runs on a host. */
function commandOf({ project }: HostTree, { name }: RepositoryPlan, job: Job): readonly string[] {
  const { stem, task } = taskOf(job);
  const { command, each_service } = task;
  const folder = each_service === null ? [] : [libraryScript(project, `${stem}/${name}`)];
  return 'restic' in command
    ? ['restic', command.restic, ...command.options.flat(), ...folder]
    : [libraryScript(project, `${command.script}.sh`), ...command.args(job), ...folder];
}

function jobFiles(
  tree: HostTree,
  repository: RepositoryPlan,
  job: Job,
  { plan, templates }: TargetInput,
): RenderedFile[] {
  const { task } = taskOf(job);
  const [service, timer] = task.is_watch
    ? ['systemd/locks.service.hbs', 'systemd/locks.timer.hbs']
    : ['systemd/maintenance.service.hbs', 'systemd/job.timer.hbs'];
  return [
    {
      ...SHARED,
      path: `${tree.folder}/systemd/${job.object.name}.service`,
      mode: 0o644,
      content: templates.render(service, {
        header: header(plan, null),
        description: `${task.does} restic repository ${repository.name}`,
        command: commandOf(tree, repository, job),
        protect_home: protectHome([repository.local_path ?? '']),
        repository: repositoryContext(repository),
      }),
    },
    {
      ...SHARED,
      path: job.object.file,
      mode: 0o644,
      content: templates.render(timer, {
        header: header(plan, null),
        description: `When to ${task.when} restic repository ${repository.name}`,
        on_calendar: job.schedule.on_calendar,
        // It waits for the repository, not for the host.
        queue: null,
      }),
    },
  ];
}

/** A file for each service: adding one changes no other. */
function serviceFile(
  tree: HostTree,
  repository: RepositoryPlan,
  { stem, service, template, context }: ServiceScript,
  { plan, templates }: TargetInput,
): RenderedFile {
  return {
    path: `${tree.folder}/bin/${stem}/${repository.name}/${service.service_id}.sh`,
    mode: 0o755,
    sources: [service.contract],
    service: service.service_id,
    runtime: null,
    content: templates.render(template, {
      header: header(plan, service.contract),
      ...context(service, libraryFolder(tree.project)),
    }),
  };
}
