import { engineOf } from '../dumps/registry.js';
import { belowHome } from '../model/volume.js';
import { dumpsOf, type HereDump } from './dumps.js';
import type { HostJob, HostTree } from './host-tree.js';
import { serviceTag, streamTag } from '../model/service-tag.js';
import { resticCommand, restoreDumpCommand, userLibraryFolder } from '../names/installed.js';
import type { RenderedFile, TargetInput } from '../rendering/file.js';
import { header } from '../rendering/header.js';

/** A script for each dump of a job, which loads it again. */
export function restoreDumpFiles(
  { folder }: Pick<HostTree, 'folder'>,
  job: HostJob,
  { plan, templates }: TargetInput,
): RenderedFile[] {
  const { service, placement } = job;
  return dumpsOf(job).map((here) => ({
    path: `${folder}/bin/restore-dump-${service.service_id}-${here.dump.name}.sh`,
    mode: 0o755,
    sources: [service.contract],
    service: service.service_id,
    runtime: placement.runtime,
    content: templates.render('host/restore-dump.sh.hbs', {
      header: header(plan, service.contract),
      ...restoreContext(job, here),
    }),
  }));
}

function restoreContext(
  { project, service, placement, repository }: HostJob,
  { dump, how }: HereDump,
): Record<string, unknown> {
  const { name, engine, file, snapshot_path, user, password, databases, restore_command } = dump;
  const { shape } = engineOf(engine);
  const isStream = dump.transfer === 'stream';
  const isUser = placement.scope === 'user';
  const path = how.path ?? '';
  return {
    is_user: isUser,
    service_id: service.service_id,
    service_name: service.service_name,
    command: restoreDumpCommand(project, service.service_id, name, isUser),
    dump: {
      ...{ name, engine, shape, file, snapshot_path, databases, restore_command, is_stream: isStream },
      user: user ?? '',
      path: belowHome(path) ?? path,
      is_below_home: belowHome(path) !== null,
      password_file: password !== null && 'file' in password ? password.file : '',
    },
    enter: how.enter,
    restic_command: isUser
      ? `${userLibraryFolder(project)}/restic-${repository.name}.sh`
      : resticCommand(project, repository.name),
    host: placement.snapshot_host,
    tag: isStream ? `${serviceTag(service)},${streamTag(name)}` : serviceTag(service),
  };
}
