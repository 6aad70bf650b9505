import { settingsOf } from '../settings.js';
import { installedName, userLibraryFolder } from '../../../names/installed.js';
import type { RepositoryPlan } from '../../../model/plan.js';
import { helperOf } from '../../../model/repository-url.js';
import { header } from '../../../rendering/header.js';
import { keyContext } from '../../../hosts/keys.js';
import { sharedFilesIn } from '../../../rendering/shared-file.js';
import { queueFiles, queueUnit } from '../../../hosts/queue.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';
import {
  userCredentials,
  userEnvironmentFiles,
  userSecretFiles,
  userTrees,
  type UserTree,
} from '../../../hosts/user-tree.js';
import { aroundFiles } from '../../../hosts/around.js';
import { dumpPrograms, dumpScripts } from '../../../hosts/dumps.js';
import { restoreDumpFiles } from '../../../hosts/restore-dump-files.js';
import { acceptContext } from '../../../rendering/backup-options.js';
import { acceptScript, containerContext } from './container.js';

/**
 * `hosts/<host>/user/`: rootless services (`quadlet_scope: user`). Each is backed up by a container of the same user, in
 * which restic is root of the user's namespace: it reads files of sub-uids with the owners that the workload sees, so
 * that a snapshot restores under any other runtime.
 */
export function rootlessFiles(input: TargetInput): RenderedFile[] {
  return userTrees(input.plan).flatMap((tree) => [...sharedFiles(tree, input), ...jobFiles(tree, input)]);
}

/** What a template knows about a repository. */
function repositoryContext(project: string, repository: RepositoryPlan) {
  const { name, url, local_path, environment_file } = repository;
  const secrets = userSecretFiles(project, repository);
  return {
    name,
    url,
    local_path,
    local_volume: local_path === null ? null : `${local_path}:${local_path}`,
    sftp: helperOf(url) === 'sftp',
    rclone: helperOf(url) === 'rclone',
    environment_file,
    secrets,
  };
}

function sharedFiles(tree: UserTree, input: TargetInput): RenderedFile[] {
  const file = sharedFilesIn(tree.folder, 'podman', input);
  const { image, user } = settingsOf(input.runtimes);
  const keys = tree.repositories.flatMap((repository) =>
    keyContext(repository).map((key) => ({
      ...key,
      password: userSecretFiles(tree.project, repository).password,
    })),
  );
  return [
    file('install.sh', 'podman-user/install.sh.hbs', {
      tree: tree.name,
      user,
      credentials: userCredentials(tree),
      programs: dumpPrograms(tree.jobs),
      environment_files: userEnvironmentFiles(tree),
      keys,
    }),
    file(
      `systemd/${installedName(input.plan.project, 'failure')}@.service`,
      'podman-user/failure.service.hbs',
    ),
    file('bin/report-failure.sh', 'podman-user/report-failure.sh.hbs'),
    ...(keys.length > 0
      ? [file('bin/check-access.sh', 'podman-user/check-access.sh.hbs', { keys, image })]
      : []),
    ...(userEnvironmentFiles(tree).length > 0
      ? [file('bin/check-environment.sh', 'host/check-environment.sh.hbs')]
      : []),
    file('bin/await-repository.sh', 'host/await-repository.sh.hbs'),
    file('bin/check-source.sh', 'host/check-source.sh.hbs'),
    file('bin/backup.sh', 'host/backup.sh.hbs'),
    ...dumpScripts(tree.jobs).map(([name, template]) => file(`bin/${name}`, template)),
    ...aroundFiles(file, input, tree.jobs, { user: true }),
    ...queueFiles(file, input, { user: true }),
    file('bin/check-unused.sh', 'host/check-unused.sh.hbs'),
    ...tree.repositories.flatMap((repository) => {
      const context = { image, repository: repositoryContext(input.plan.project, repository) };
      return [
        file(`bin/restic-${repository.name}.sh`, 'podman-user/restic.sh.hbs', context),
        file(`bin/restore-${repository.name}.sh`, 'podman-user/restore.sh.hbs', context),
      ];
    }),
  ];
}

function jobFiles(tree: UserTree, input: TargetInput): RenderedFile[] {
  const { plan, runtimes, templates } = input;
  return tree.jobs.flatMap((job): RenderedFile[] => {
    const { service, placement } = job;
    const name = installedName(job.project, 'backup', service.service_id);
    const from = header(plan, service.contract);
    const about = {
      mode: 0o644 as const,
      sources: [service.contract],
      service: service.service_id,
      runtime: 'podman' as const,
    };
    return [
      ...restoreDumpFiles(tree, job, input),
      {
        ...about,
        path: `${tree.folder}/bin/accept/${service.service_id}.sh`,
        mode: 0o755,
        content: templates.render('host/accept.sh.hbs', {
          header: from,
          ...acceptContext(service, placement),
          command: `~/${acceptScript(job.project, service)}`,
          is_user: true,
          restic_command: `${userLibraryFolder(job.project)}/restic-${job.repository.name}.sh`,
        }),
      },
      {
        ...about,
        path: `${tree.folder}/containers/${name}.container`,
        content: templates.render('podman-user/backup.container.hbs', {
          header: from,
          image: settingsOf(runtimes).image,
          repository: repositoryContext(job.project, job.repository),
          ...containerContext(job),
        }),
      },
      {
        ...about,
        path: `${tree.folder}/systemd/${name}.timer`,
        content: templates.render('systemd/job.timer.hbs', {
          header: from,
          description: `When to back up ${service.service_name}`,
          on_calendar: job.job.schedule.on_calendar,
          queue: queueUnit(job.project, name),
        }),
      },
    ];
  });
}
