import type { BackupPlan, Placement, PlannedVolume, RepositoryPlan, ServicePlan } from '../../plan/plan.js';
import { header } from '../header.js';
import { placeName } from '../protection.js';
import { resticCommand, restoreCommand } from '../systemd/host-files.js';
import { isSystemdJob } from '../systemd/host-tree.js';
import { keepOptions } from '../systemd/repository-context.js';
import type { RenderedFile, Target } from '../target.js';
import { workload } from './workload.js';

/** `runbooks/<service>.md`: the page for the person who restores, at night, on the host. */
export const runbook: Target = {
  name: 'runbook',
  render({ plan, templates }) {
    const files = plan.services.flatMap((service): RenderedFile[] => {
      const repository = plan.repositories.find((candidate) => candidate.name === service.repository);
      if (repository === undefined || service.placements.length === 0) return [];
      const context = serviceContext(plan, service, repository);
      return [
        {
          path: `runbooks/${service.service_id}.md`,
          content: templates.render('runbook/service.md.hbs', context),
          mode: 0o644,
          sources: [service.contract],
          service: service.service_id,
          runtime: null,
        },
      ];
    });
    return { files, diagnostics: [] };
  },
};

function serviceContext(
  plan: BackupPlan,
  service: ServicePlan,
  repository: RepositoryPlan,
): Record<string, unknown> {
  return {
    header: header(plan, service.contract),
    service_id: service.service_id,
    service_name: service.service_name,
    repository: { name: repository.name, url: repository.url },
    tags: service.tags,
    kept: keepOptions({ ...service.retention })
      .map(({ option, value }) => `${option.replace(/^--keep-/, '').replaceAll('-', ' ')} ${value}`)
      .join(', '),
    volumes: service.placements[0]?.volumes ?? [],
    places: service.placements.filter(isSystemdJob).map((placement) => placeContext(service, placement)),
  };
}

function placeContext(service: ServicePlan, placement: Placement): Record<string, unknown> {
  const { stop, start } = workload(service, placement);
  return {
    title: placeName(placement),
    cron: placement.schedule.cron,
    timezone: placement.schedule.timezone,
    snapshot_host: placement.snapshot_host,
    tag: service.tags.join(','),
    restic: resticCommand(service.repository),
    restore: restoreCommand(service.repository),
    stop,
    start,
    owner: ownerSentence(service),
    volumes: placement.volumes
      .filter((volume) => volume.backed_up)
      .map((volume) => volumeContext(service, volume)),
  };
}

function volumeContext(service: ServicePlan, volume: PlannedVolume): Record<string, unknown> {
  return {
    volume: volume.volume,
    location: volume.location,
    snapshot_path: volume.snapshot_path,
    aside: `/var/tmp/stowage-restore/${service.service_id}/${volume.volume}`,
  };
}

function ownerSentence({ run_as_user, run_as_group }: ServicePlan): string {
  if (run_as_user === null) return 'Files come back with the owners and modes that they had.';
  const group = run_as_group ?? run_as_user;
  return `Files come back with the owners and modes that they had; the workload runs as user ${run_as_user}, group ${group}.`;
}
