import { resticCommand } from '../../names/installed.js';
import { acceptContext } from '../../rendering/backup-options.js';
import { header } from '../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import { acceptScript } from '../../hosts/commands.js';
import { serviceJobs, type HostTree } from '../../hosts/host-tree.js';

/** A script for each service of a host, whichever jobs make its snapshots. */
export function acceptFiles(tree: HostTree, { plan, templates }: TargetInput): RenderedFile[] {
  const byService = new Map(serviceJobs(tree).map((job) => [job.service.service_id, job]));
  return [...byService.values()].map(({ service, placement, repository }) => ({
    path: `${tree.folder}/bin/accept/${service.service_id}.sh`,
    mode: 0o755,
    sources: [service.contract],
    service: service.service_id,
    runtime: placement.runtime,
    content: templates.render('host/accept.sh.hbs', {
      header: header(plan, service.contract),
      ...acceptContext(service, placement),
      command: acceptScript(tree.project, service),
      is_user: false,
      restic_command: resticCommand(tree.project, repository.name),
    }),
  }));
}
