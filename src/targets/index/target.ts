import { CLUSTERS, rootlessUser } from '../../runtimes/registry.js';
import { jobIndex, type JobIndex } from '../../lookup/job-index.js';
import type { BackupPlan, Placement, PlannedVolume, RepositoryPlan, ServicePlan } from '../../model/plan.js';
import type { RuntimeSettings } from '../../model/policy.js';
import { header } from '../../rendering/header.js';
import { namedHosts } from '../../hosts/named-hosts.js';
import {
  liveCopies,
  contentText,
  NOT_DEPLOYED,
  placementName,
  protectedVolumes,
  protection,
  type Protection,
} from '../protection.js';
import { userCredentials, userTrees } from '../../hosts/user-tree.js';
import { hostCredentials, hostTrees, serviceJobs } from '../../hosts/host-tree.js';
import type { RenderedFile } from '../../rendering/file.js';
import type { Target } from '../target.js';

/** What is about the tree as a whole: the index for people, the plan for programs, the mark for git. */
export const index: Target = {
  render({ plan, runtimes, templates }) {
    const file = (path: string, content: string): RenderedFile => ({
      path,
      content,
      mode: 0o644,
      sources: [],
      service: null,
      runtime: null,
    });
    const attributes = `# ${header(plan, null)}\n* text=auto eol=lf linguist-generated=true\n`;
    return [
      file('README.md', templates.render('index/README.md.hbs', indexContext(plan, runtimes))),
      file('.gitattributes', attributes),
      file('.stowage/plan.json', `${JSON.stringify({ generated: header(plan, null), ...plan }, null, 2)}\n`),
    ];
  },
};

function indexContext(plan: BackupPlan, runtimes: RuntimeSettings): Record<string, unknown> {
  const rows = plan.services.flatMap((service) => rowsOf(plan, service));
  const jobs = jobIndex(plan);
  const missing = plan.services.flatMap((service) =>
    service.placements.flatMap((placement) => missingAt(jobs, service, placement)),
  );
  return {
    header: header(plan, null),
    summary: summary(plan),
    rows,
    missing,
    forgotten: plan.services
      .filter((service) => service.unprotected_volumes.length > 0)
      .map((service) => ({ service: service.service_id, volumes: service.unprotected_volumes.join(', ') })),
    hosts: hostTrees(plan).map((tree) => ({
      name: tree.name,
      folder: tree.folder,
      jobs: serviceJobs(tree).length,
      credentials: hostCredentials(tree),
    })),
    alarms: hostTrees(plan).length > 0 || userTrees(plan).length > 0,
    fleet: namedHosts(plan).length > 0,
    fleet_users: namedHosts(plan).some(({ rootless }) => rootless !== null),
    user: rootlessUser(runtimes),
    users: userTrees(plan).map((tree) => ({
      name: tree.name,
      folder: tree.folder,
      jobs: tree.jobs.length,
      credentials: userCredentials(tree),
    })),
    namespaces: CLUSTERS.flatMap(({ namespaces }) => namespaces(plan, runtimes)),
    job_kinds: CLUSTERS.flatMap(({ job_kinds }) => job_kinds(runtimes)).join(','),
    repositories: plan.repositories.map((repository) => ({
      name: repository.name,
      url: repository.url,
      maintainer: maintainer(plan, repository),
      page: `runbooks/repositories/${repository.name}.md`,
    })),
  };
}

/** A row for each volume in each place, or for each that is in none. */
function rowsOf(plan: BackupPlan, service: ServicePlan) {
  const rows = service.placements.flatMap((placement) =>
    placement.volumes.map((volume) => ({
      service: service.service_id,
      volume: volume.volume,
      runtime: placement.runtime,
      host: placement.host ?? placement.namespace ?? 'any',
      location: volume.location,
      protection: protectionText(protection(plan, service, placement, volume), volume),
      runbook: `runbooks/${service.service_id}.md`,
    })),
  );
  const nowhere = (service.undeployed_volumes ?? []).map((volume) => ({
    ...{ service: service.service_id, volume, runtime: '', host: '', location: '', runbook: '' },
    protection: `NO: ${NOT_DEPLOYED}`,
  }));
  return [...rows, ...nowhere];
}

/** What has no job in a place: all of a service, or some of its volumes beside those that have one. */
function missingAt(jobs: JobIndex, { service_id: service }: ServicePlan, placement: Placement) {
  const left = placement.volumes.filter(({ obstacle }) => obstacle !== undefined);
  if (left.length === 0) return [];
  const isWhole = jobs.at(service, placement).length === 0;
  const volumes = isWhole ? '' : left.map(({ volume }) => volume).join(', ');
  return [{ service, place: placementName(placement), volumes }];
}

/** What the index says of a volume, with the reason where it is not backed up. */
function protectionText(state: Protection, volume: PlannedVolume): string {
  const { reason } = volume;
  if (state === 'backed up') return `${state}${contentText(volume)}`;
  return state === 'waived' ? `waived: ${reason ?? ''}` : `NO: ${reason ?? state}`;
}

function summary(plan: BackupPlan): string {
  const volumes = plan.services.flatMap((service) =>
    service.placements.flatMap((placement) =>
      placement.volumes.map((volume) => protection(plan, service, placement, volume)),
    ),
  );
  const saved = plan.services.flatMap((service) =>
    service.placements.flatMap((placement) => protectedVolumes(plan, service, placement)),
  );
  const count = (wanted: string) => volumes.filter((found) => found === wanted).length;
  const waived = count('waived') === 0 ? '' : `, ${count('waived')} waived with a reason`;
  const missing = count('not backed up') === 0 ? '' : `, ${count('not backed up')} not backed up`;
  const lost = plan.services.flatMap(({ undeployed_volumes = [] }) => undeployed_volumes).length;
  const nowhere = lost === 0 ? '' : `, ${lost} ${NOT_DEPLOYED}`;
  return `${plan.services.length} services, ${count('backed up')} volumes backed up${liveCopies(saved)}${waived}${missing}${nowhere}.`;
}

function maintainer(plan: BackupPlan, { name, maintenance }: RepositoryPlan): string {
  if (jobIndex(plan).ofRepository(name).length === 0) return 'nobody, as nothing is backed up into it';
  return maintenance.kind === 'host' ? `host ${maintenance.host}` : `namespace ${maintenance.namespace}`;
}
