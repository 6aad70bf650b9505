import { isSurrounded } from '../../hosts/around.js';
import type { JobSchedule } from '../../schedule/job-schedule.js';
import type { Placement, RepositoryPlan, ServicePlan } from '../../model/plan.js';
import { excludeOnHost } from './exclude-on-host.js';
import { headerLines } from './header-lines.js';
import { hostTrees, serviceJobs } from '../../hosts/host-tree.js';
import { heldVolumes } from '../host-volumes.js';
import { keepOptions } from '../../retention/options.js';
import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import { repositoryContext } from './repository-context.js';
import { ansibleText } from './text.js';
import { compareText } from '../../text/compare.js';

/** One service on one host, or on whichever host has its runtime. */
interface HostedService {
  /** Name of the host, or of the tree (`any-docker`) where the policy names none. */
  readonly name: string;
  readonly named: boolean;
  readonly placement: Placement;
  /** When its first job runs. */
  readonly schedule: JobSchedule;
  readonly vmid: number | null;
}

interface HostService {
  readonly service: ServicePlan;
  readonly repository: RepositoryPlan;
  readonly placements: HostedService[];
}

/** `vars/services/<service>.yml`: variables for a role that backs the service up, for every service on hosts. */
export function serviceVars(input: TargetInput): RenderedFile[] {
  const { plan, templates } = input;
  return hostServices(input).map((found) => ({
    path: `ansible/vars/services/${found.service.service_id}.yml`,
    content: templates.render('ansible/service.yml.hbs', {
      header: headerLines(plan, found.service.contract),
      ...serviceContext(found),
    }),
    mode: 0o644,
    sources: [found.service.contract],
    service: found.service.service_id,
    runtime: null,
  }));
}

/** Services with a job on some host, by id; their placements by name. */
function hostServices({ plan }: TargetInput): HostService[] {
  const services = new Map<string, HostService>();
  for (const tree of hostTrees(plan)) {
    const dumped = new Set(tree.guests.map(({ service }) => service));
    for (const { job, service, placement, repository } of serviceJobs(tree)) {
      const found = services.get(service.service_id) ?? { service, repository, placements: [] };
      services.set(service.service_id, found);
      if (found.placements.some(({ name }) => name === tree.name)) continue;
      const vmid = dumped.has(service) ? service.vmid : null;
      const named = placement.host !== null;
      found.placements.push({ name: tree.name, named, placement, schedule: job.schedule, vmid });
    }
  }
  const byId = ({ service: a }: HostService, { service: b }: HostService) =>
    compareText(a.service_id, b.service_id);
  return [...services.values()].sort(byId);
}

function serviceContext({ service, repository, placements }: HostService): Record<string, unknown> {
  const contexts = placements.map((placement) => placementContext(service, placement));
  return {
    service_id: service.service_id,
    repository: repositoryContext(repository),
    tags: service.tags.map(ansibleText),
    retention: Object.fromEntries(
      keepOptions(service.retention).map(({ option, value }) => [
        option.replace(/^--/, '').replaceAll('-', '_'),
        /^\d+$/.test(value) ? Number(value) : value,
      ]),
    ),
    timeout: service.timeout,
    retry_lock: service.retry_lock,
    accept_incomplete: service.accept_incomplete,
    only: contexts.length === 1 ? contexts[0] : null,
    places: contexts,
    dumps: (service.dumps ?? []).map(({ name }) => name).join(', '),
    surrounded: isSurrounded(service) ? service.service_id : '',
    place_names: placements.map(({ name }) => name).join(', '),
    by_host: placements.every(({ named }) => named),
  };
}

function placementContext(
  service: ServicePlan,
  { name, placement, schedule, vmid }: HostedService,
): Record<string, unknown> {
  const volumes = heldVolumes(placement);
  return {
    name,
    snapshot_host: ansibleText(placement.snapshot_host),
    cron: schedule.cron,
    on_calendar: schedule.on_calendar,
    timezone: schedule.timezone,
    paths: volumes.map(({ location }) => ansibleText(location)),
    exclude: [...service.exclude, ...volumes.flatMap(({ exclude }) => exclude)]
      .flatMap((pattern) => excludeOnHost(pattern, volumes))
      .map(ansibleText),
    vmid,
  };
}
