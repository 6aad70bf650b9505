import type { RunAs } from '../../model/contract.js';
import { aroundContext, longestRunAround } from '../../hosts/around.js';
import { spooledContexts, dumpsOf, savedDump } from '../../hosts/dumps.js';
import { dumpsFolder, dumpSizesFolder, spoolFolder, stateFolder } from '../../names/installed.js';
import type { FolderSource, Job } from '../../model/job.js';
import type { PlannedVolume } from '../../model/plan.js';
import { rootOf } from '../../model/volume.js';
import { backupOptions, excludesOf, sourceGuards } from '../../rendering/backup-options.js';
import { header } from '../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import { runtimeOf } from '../../runtimes/registry.js';
import { jobCommands } from '../../hosts/commands.js';
import type { HostJob, HostTree } from '../../hosts/host-tree.js';
import { hostVolumes } from '../host-volumes.js';
import { queueUnit } from '../../hosts/queue.js';
import { protectHome } from './protect-home.js';
import { runAsContext } from './run-as.js';
import { repositoryContext } from '../../hosts/repository-context.js';

/** The service and timer of one job. */
export function backupFiles(tree: HostTree, job: HostJob, { plan, templates }: TargetInput): RenderedFile[] {
  const { service, placement } = job;
  const { name, file } = job.job.object;
  const unit = `${tree.folder}/systemd/${name}`;
  const from = header(plan, service.contract);
  const about = {
    mode: 0o644 as const,
    sources: [service.contract],
    service: service.service_id,
    runtime: placement.runtime,
  };
  return [
    {
      ...about,
      path: `${unit}.service`,
      content: templates.render('systemd/backup.service.hbs', { header: from, ...backupContext(job) }),
    },
    {
      ...about,
      path: file,
      content: templates.render('systemd/job.timer.hbs', {
        header: from,
        description: `When to back up ${service.service_name}`,
        on_calendar: job.job.schedule.on_calendar,
        queue: queueUnit(job.project, name),
      }),
    },
  ];
}

function backupContext(job: HostJob): Record<string, unknown> {
  const { service, placement, repository } = job;
  const volumes = hostVolumes(placement);
  const dumps = dumpsOf(job);
  const around = aroundContext(job, true);
  // An engine tells where its volumes are, and lets a dump into its containers.
  const isNamed =
    dumps.length > 0 ||
    placement.quiesce !== undefined ||
    volumes.some((volume) => engineOf(job.job, volume) !== null);
  const engineUnit = isNamed ? (runtimeOf(placement.runtime).engine_unit ?? null) : null;
  return {
    service_id: service.service_id,
    service_name: service.service_name,
    options: backupOptions(job, [...volumes, ...dumps.map(savedDump)], jobCommands(job, 'backup')),
    state: stateFolder(job.project, 'backup', service.service_id),
    exclude: excludesOf(service, volumes),
    sources: volumes.map((volume) => sourceContext(volume, engineOf(job.job, volume), service.run_as)),
    dumps: spooledContexts(service, dumps, {
      ...{ project: job.project, is_user: false },
      to: spoolFolder(job.project, service.service_id),
      sizes: dumpSizesFolder(job.project, service.service_id),
    }),
    spool: dumps.length === 0 ? null : spoolFolder(job.project, service.service_id),
    dumps_folder: dumpsFolder(service.service_id),
    // Templates of users may ask so.
    docker_volumes: engineUnit !== null,
    engine_unit: engineUnit,
    protect_home: protectHome([...volumes.map(({ location }) => location), repository.local_path ?? '']),
    timeout: longestRunAround(job, around),
    around,
    retry_lock: `${service.retry_lock ?? 0}m`,
    run_as: runAsContext(service.run_as),
    // Root is nobody where a server decides by user, and would find every folder empty.
    checks_as_user: typeof service.run_as === 'number',
    repository: repositoryContext(repository),
  };
}

/** The engine that can say where the volume is; null for a plain folder. */
function engineOf({ sources }: Job, { volume }: PlannedVolume): FolderSource['engine'] {
  const own = sources.find((source) => source.at === 'folder' && source.volumes.includes(volume));
  return own?.at === 'folder' ? own.engine : null;
}

function sourceContext(
  volume: PlannedVolume,
  engine: FolderSource['engine'],
  runAs: RunAs,
): Record<string, unknown> {
  return {
    location: volume.location,
    snapshot_path: volume.snapshot_path,
    emptiness: volume.allow_empty ? 'may-be-empty' : 'not-empty',
    guards: sourceGuards(volume, runAs === 'restic' ? 'restic' : null),
    volume_name: engine?.volume ?? null,
    engine: engine?.name ?? null,
    mountpoint: engine === null ? null : rootOf(volume),
  };
}
