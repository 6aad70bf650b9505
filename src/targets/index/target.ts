import { settingsOf as podmanSettings } from '../../runtimes/podman/settings.js';
import { jobIndex } from '../../lookup/job-index.js';
import type { BackupPlan, RepositoryPlan } from '../../model/plan.js';
import type { RuntimeSettings } from '../../model/policy.js';
import { settingsOf, type KubernetesSettings } from '../../runtimes/kubernetes/settings.js';
import { header } from '../../rendering/header.js';
import { namedHosts } from '../../hosts/named-hosts.js';
import { placeName, protection } from '../protection.js';
import { usedRepositories } from '../../runtimes/kubernetes/render/namespace-files.js';
import { rendererOf } from '../../runtimes/kubernetes/methods/renderers.js';
import { namespaces, type Namespace } from '../../runtimes/kubernetes/render/cluster.js';
import { secretName } from '../../runtimes/kubernetes/render/pod.js';
import { userCredentials, userTrees } from '../../hosts/user-tree.js';
import { hostCredentials, hostTrees } from '../../hosts/host-tree.js';
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
  const rows = plan.services.flatMap((service) =>
    service.placements.flatMap((placement) =>
      placement.volumes.map((volume) => ({
        service: service.service_id,
        volume: volume.volume,
        runtime: placement.runtime,
        host: placement.host ?? placement.namespace ?? 'any',
        location: volume.location,
        protection: volume.backed_up
          ? protection(plan, service, placement, volume)
          : `waived: ${volume.reason ?? ''}`,
        runbook: `runbooks/${service.service_id}.md`,
      })),
    ),
  );
  const jobs = jobIndex(plan);
  const missing = plan.services.flatMap((service) =>
    service.placements
      .filter(
        (placement) =>
          jobs.at(service.service_id, placement).length === 0 &&
          placement.volumes.some((volume) => volume.backed_up),
      )
      .map((placement) => ({ service: service.service_id, place: placeName(placement) })),
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
      jobs: tree.jobs.length + tree.guests.length,
      credentials: hostCredentials(tree),
    })),
    alarms: hostTrees(plan).length > 0 || userTrees(plan).length > 0,
    fleet: namedHosts(plan).length > 0,
    fleet_users: namedHosts(plan).some(({ rootless }) => rootless !== null),
    user: podmanSettings(runtimes).user,
    users: userTrees(plan).map((tree) => ({
      name: tree.name,
      folder: tree.folder,
      jobs: tree.jobs.length,
      credentials: userCredentials(tree),
    })),
    namespaces: namespaces(plan).map((namespace) => namespaceContext(namespace, settingsOf(runtimes))),
    // Maintenance is CronJobs, whoever backs up.
    job_kinds: ['cronjobs', ...rendererOf(settingsOf(runtimes)).kinds].join(','),
    repositories: plan.repositories.map((repository) => ({
      name: repository.name,
      url: repository.url,
      maintainer: maintainer(plan, repository),
      page: `runbooks/repositories/${repository.name}.md`,
    })),
  };
}

/** One row of the table of namespaces: the Secrets that must be there, and the lowest Pod Security level that will do. */
function namespaceContext(namespace: Namespace, settings: KubernetesSettings): Record<string, unknown> {
  const { jobs, maintained } = namespace;
  const renderer = rendererOf(settings);
  const repositories = [...usedRepositories(namespace), ...maintained];
  const names = [...jobs.flatMap((job) => renderer.secrets?.(job) ?? []), ...repositories.map(secretName)];
  return {
    name: namespace.name,
    jobs: jobs.length,
    secrets: [...new Set(names)].sort(),
    level: jobs.some((job) => renderer.level(job) === 'privileged') ? 'privileged' : 'restricted',
  };
}

function summary(plan: BackupPlan): string {
  const volumes = plan.services.flatMap((service) =>
    service.placements.flatMap((placement) =>
      placement.volumes.map((volume) => protection(plan, service, placement, volume)),
    ),
  );
  const count = (wanted: string) => volumes.filter((found) => found === wanted).length;
  const waived = count('waived') === 0 ? '' : `, ${count('waived')} waived with a reason`;
  const missing = count('not rendered yet') === 0 ? '' : `, ${count('not rendered yet')} not rendered yet`;
  return `${plan.services.length} services, ${count('backed up')} volumes backed up${waived}${missing}.`;
}

function maintainer(plan: BackupPlan, { name, maintenance }: RepositoryPlan): string {
  if (jobIndex(plan).ofRepository(name).length === 0) return 'nobody, as nothing is backed up into it';
  return maintenance.kind === 'host' ? `host ${maintenance.host}` : `namespace ${maintenance.namespace}`;
}
