import { unitSubject } from '../../backends/systemd.js';
import { aroundContext, longestRunAround } from '../../hosts/around.js';
import { jobCommands } from '../../hosts/commands.js';
import { dumpContexts, dumpsOf, savedDump } from '../../hosts/dumps.js';
import type { HostJob, HostTree } from '../../hosts/host-tree.js';
import { queueUnit } from '../../hosts/queue.js';
import { repositoryContext } from '../../hosts/repository-context.js';
import { streamTag } from '../../model/service-tag.js';
import { installedName, stateFolder } from '../../names/installed.js';
import { backupOptions } from '../../rendering/backup-options.js';
import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import { header } from '../../rendering/header.js';
import { runtimeOf } from '../../runtimes/registry.js';
import { protectHome } from './protect-home.js';

/** The service and timer of a dump that has snapshots of its own. */
export function streamFiles(tree: HostTree, job: HostJob, { plan, templates }: TargetInput): RenderedFile[] {
  const { service, placement } = job;
  const { name, file } = job.job.object;
  const from = header(plan, service.contract);
  const about = {
    mode: 0o644 as const,
    sources: [service.contract],
    service: service.service_id,
    runtime: placement.runtime,
  };
  return dumpsOf(job).flatMap((here) => [
    {
      ...about,
      path: `${tree.folder}/systemd/${name}.service`,
      content: templates.render('systemd/dump.service.hbs', {
        header: from,
        ...streamContext(job, here),
      }),
    },
    {
      ...about,
      path: file,
      content: templates.render('systemd/job.timer.hbs', {
        header: from,
        description: `When to back up the dump ${here.dump.name} of ${service.service_name}`,
        on_calendar: job.job.schedule.on_calendar,
        queue: queueUnit(job.project, name),
      }),
    },
  ]);
}

function streamContext(job: HostJob, here: ReturnType<typeof dumpsOf>[number]): Record<string, unknown> {
  const { project, service, placement, repository } = job;
  const { name, min_size, snapshot_path } = here.dump;
  const subject = unitSubject(job.job);
  const around = aroundContext(job, false);
  const [told] = dumpContexts({ run_as: 'restic' }, [here]);
  return {
    service_name: service.service_name,
    subject,
    source_unit: installedName(project, 'source', subject),
    dump: { name, snapshot_path, ...told },
    min_size: String(min_size),
    options: backupOptions(
      job,
      // Where restic 0.18.0 has a stream, too.
      [snapshot_path, `/${here.dump.file}`].map((path) => ({ ...savedDump(here), snapshot_path: path })),
      jobCommands(job, 'dump'),
      [streamTag(name)],
    ),
    state: stateFolder(project, 'dump', subject),
    engine_unit: runtimeOf(placement.runtime).engine_unit ?? null,
    protect_home: protectHome([repository.local_path ?? '']),
    timeout: longestRunAround(job, around),
    around,
    repository: repositoryContext(repository),
  };
}
