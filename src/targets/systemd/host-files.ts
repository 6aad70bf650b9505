import {
  installedName,
  projectName,
  resticCommand,
  restoreCommand,
  spoolFolder,
} from '../../names/installed.js';
import { sharedFilesIn } from '../../rendering/shared-file.js';
import { TASK_SCRIPTS } from '../../jobs/tasks.js';
import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import { aroundFiles } from '../../hosts/around.js';
import { dumpPrograms, dumpScripts, dumpsOf } from '../../hosts/dumps.js';
import { hostCredentials, serviceJobs, type HostTree } from '../../hosts/host-tree.js';
import { keyContext } from '../../hosts/keys.js';
import { queueFiles } from '../../hosts/queue.js';
import { repositoryContext } from '../../hosts/repository-context.js';

/** What a host needs once, whatever runs on it: user, folders, helpers, the failure unit and the installer. */
export function hostFiles(tree: HostTree, input: TargetInput): RenderedFile[] {
  const jobs = serviceJobs(tree);
  const maintains = tree.maintained.length > 0;
  const repositories = tree.repositories.map(repositoryContext);
  const keys = tree.repositories.flatMap(keyContext);
  const name = projectName(tree.project);
  const file = sharedFilesIn(tree.folder, null, input);
  return [
    file('install.sh', 'host/install.sh.hbs', {
      tree: tree.name,
      credentials: hostCredentials(tree),
      sources: hostFolders(tree),
      programs: dumpPrograms(jobs),
      environment_files: hostEnvironmentFiles(tree),
      keys,
    }),
    file(`etc/sysusers.d/${name}.conf`, 'host/stowage.sysusers.conf.hbs'),
    file(`etc/tmpfiles.d/${name}.conf`, 'host/stowage.tmpfiles.conf.hbs', {
      repositories,
      spools: spools(tree),
    }),
    file(`systemd/${installedName(tree.project, 'failure')}@.service`, 'systemd/failure.service.hbs'),
    file('bin/report-failure.sh', 'host/report-failure.sh.hbs'),
    ...(keys.length > 0 ? [file('bin/check-access.sh', 'host/check-access.sh.hbs', { keys })] : []),
    ...(hostEnvironmentFiles(tree).length > 0
      ? [file('bin/check-environment.sh', 'host/check-environment.sh.hbs')]
      : []),
    file('bin/await-repository.sh', 'host/await-repository.sh.hbs'),
    ...(jobs.length > 0 ? queueFiles(file, input, { user: false }) : []),
    ...(tree.jobs.length > 0 ? [file('bin/check-source.sh', 'host/check-source.sh.hbs')] : []),
    ...(jobs.length > 0 ? [file('bin/backup.sh', 'host/backup.sh.hbs')] : []),
    ...(tree.streams.length > 0 ? [file('bin/backup-stream.sh', 'host/backup-stream.sh.hbs')] : []),
    ...aroundFiles(file, input, jobs, { user: false }),
    ...dumpScripts(jobs).map(([name, template]) => file(`bin/${name}`, template)),
    ...(maintains ? [file('bin/apply-retention.sh', 'host/apply-retention.sh.hbs')] : []),
    file('bin/check-unused.sh', 'host/check-unused.sh.hbs'),
    ...(maintains ? TASK_SCRIPTS.map((name) => file(`bin/${name}.sh`, `host/${name}.sh.hbs`)) : []),
    ...repositories.flatMap((repository) => [
      file(`bin/restic-${repository.name}.sh`, 'host/restic.sh.hbs', {
        repository,
        command: resticCommand(tree.project, repository.name),
        restore_command: restoreCommand(tree.project, repository.name),
      }),
      file(`bin/restore-${repository.name}.sh`, 'host/restore.sh.hbs', {
        repository,
        restic_command: resticCommand(tree.project, repository.name),
      }),
    ]),
  ];
}

/** Where dumps lie while they are saved. */
function spools({ project, jobs }: HostTree): string[] {
  return jobs
    .filter((job) => dumpsOf(job).length > 0)
    .map(({ service }) => spoolFolder(project, service.service_id));
}

/** Folders that no engine makes: bind mounts and what a service keeps on the host itself. In the order of the jobs. */
function hostFolders({ jobs }: HostTree): { readonly service: string; readonly path: string }[] {
  return jobs.flatMap(({ job, service: { service_id: service } }) =>
    job.sources.flatMap((source) =>
      source.at === 'folder' && source.engine === null ? [{ service, path: source.path }] : [],
    ),
  );
}

/** Files with environment variables that jobs of the host read, sorted. */
function hostEnvironmentFiles(tree: HostTree): string[] {
  const files = tree.repositories.flatMap(({ environment_file }) => environment_file ?? []);
  return [...new Set(files)].sort();
}
