import { settingsOf, type ProxmoxSettings } from '../settings.js';
import { resticCommand, stateFolder } from '../../../names/installed.js';
import { guestDumpName } from '../locate.js';
import { backupOptions } from '../../../rendering/backup-options.js';
import { aroundContext, longestRunAround } from '../../../hosts/around.js';
import { header } from '../../../rendering/header.js';
import { guestTags, insideGuest } from '../parts.js';
import { hostTrees, type HostJob, type HostTree } from '../../../hosts/host-tree.js';
import { backupCommand, jobCommands } from '../../../hosts/commands.js';
import { queueUnit } from '../../../hosts/queue.js';
import { repositoryContext } from '../../../hosts/repository-context.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';

/** `hosts/<host>/`: a vzdump of each Proxmox guest into restic. What is bind-mounted into one is a job of the host. */
export function guestDumpFiles(input: TargetInput): RenderedFile[] {
  return hostTrees(input.plan).flatMap((tree) => tree.guests.flatMap((job) => guestFiles(tree, job, input)));
}

function guestFiles(
  tree: HostTree,
  job: HostJob,
  { plan, runtimes, templates }: TargetInput,
): RenderedFile[] {
  const { service_id } = job.service;
  const { name: unit } = job.job.object;
  const { vmid } = job.service;
  if (vmid === null) return [];
  const context = guestContext(job, vmid, settingsOf(runtimes));
  const file = (path: string, template: string, more: Record<string, unknown>): RenderedFile => ({
    path: `${tree.folder}/${path}`,
    mode: path.endsWith('.sh') ? 0o755 : 0o644,
    sources: [job.service.contract],
    service: service_id,
    runtime: 'proxmox',
    content: templates.render(template, { header: header(plan, job.service.contract), ...more }),
  });
  return [
    file(`bin/vzdump-restic-${service_id}.sh`, 'proxmox/vzdump-restic.sh.hbs', context),
    file(`bin/restore-guest-${service_id}.sh`, 'proxmox/restore-guest.sh.hbs', {
      ...context,
      dumpdir: settingsOf(runtimes).dumpdir,
      restic: resticCommand(job.project, job.repository.name),
      dump_name: guestDumpName(vmid),
      guest_tags: guestTags(job.service).join(','),
    }),
    file(`systemd/${unit}.service`, 'proxmox/vzdump.service.hbs', context),
    file(`systemd/${unit}.timer`, 'systemd/job.timer.hbs', {
      description: `When to dump guest ${vmid} of ${job.service.service_name}`,
      on_calendar: job.job.schedule.on_calendar,
      queue: queueUnit(job.project, unit),
    }),
  ];
}

function guestContext(job: HostJob, vmid: number, settings: ProxmoxSettings): Record<string, unknown> {
  const { project, service, placement, repository } = job;
  const inside = insideGuest(placement);
  // vzdump sees to it itself that what it reads stands still.
  const around = aroundContext(job, false);
  return {
    service_id: service.service_id,
    service_name: service.service_name,
    vmid,
    mode: settings.mode,
    dumpdir: settings.transfer === 'dumpdir' ? settings.dumpdir : null,
    view: `/backup/${service.service_id}`,
    snapshot_path: `/backup/${service.service_id}/${guestDumpName(vmid)}`,
    snapshot_host: placement.snapshot_host,
    options: backupOptions(
      job,
      // Where restic 0.18.0 has a stream, too.
      [`/backup/${service.service_id}`, ''].map((folder) => ({
        snapshot_path: `${folder}/${guestDumpName(vmid)}`,
      })),
      jobCommands(job, 'vzdump'),
      guestTags(service).slice(service.tags.length),
    ),
    backup_command: backupCommand(project),
    state: stateFolder(project, 'vzdump', service.service_id),
    timeout: longestRunAround(job, around),
    around,
    kept: inside.map((volume) => volume.path),
    elsewhere: placement.volumes.filter((volume) => !inside.includes(volume)).map((volume) => volume.path),
    repository: repositoryContext(repository),
  };
}
