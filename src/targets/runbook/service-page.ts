import type { BackupPlan, PlannedVolume, Placement, RepositoryPlan, ServicePlan } from '../../model/plan.js';
import { circles } from '../../plan/requirements.js';
import { retentionText } from '../../retention/text.js';
import { header } from '../../rendering/header.js';
import { serviceAt } from '../../lookup/at-place.js';
import { jobIndex, serviceIndex } from '../../lookup/job-index.js';
import type { Job } from '../../model/job.js';
import { recoverCommand } from '../../names/installed.js';
import { titleOf } from '../../live-data/registry.js';
import { runtimeOf } from '../../runtimes/registry.js';
import { placementName } from '../protection.js';
import type { TargetInput } from '../../rendering/file.js';
import { elsewhereSteps } from './elsewhere.js';
import { shown, type Step } from '../../model/guide.js';
import { hostSteps } from './host-guide.js';
import { whereTyped } from './place.js';
import { hostIsGone, withoutScripts, type Section } from './recovery.js';

const ON_ANY_HOST = 'As root on that host';

/** What the page of a service shows; null for a service that is nowhere. */
export function serviceContext(input: TargetInput, service: ServicePlan): Record<string, unknown> | null {
  const { plan } = input;
  const repository = plan.repositories.find((candidate) => candidate.name === service.repository);
  const [first] = service.placements;
  if (repository === undefined || first === undefined) return null;
  // An operator stores snapshots in its own way: they are not what the page says of the others.
  const portable = service.placements.find((placement) => whoseRestic(input, placement) === 'ours');
  return {
    header: header(plan, service.contract),
    service_id: service.service_id,
    service_name: service.service_name,
    repository: repositoryFacts(repository),
    tags: service.tags,
    kept: retentionText(service.retention),
    volumes: everyVolume(service).map((volume) => ({ ...volume, dump_path: dumpPath(service, volume) })),
    live: everyVolume(service).flatMap(liveDatabase),
    requires: service.requires.map((id) => requirement(plan, service, id)),
    places: service.placements.flatMap((placement) =>
      placementContext(input, serviceAt(service, placement), placement, repository),
    ),
    stored: service.placements.some((placement) => whoseRestic(input, placement) !== 'nobody'),
    portable: portable !== undefined,
    elsewhere:
      portable === undefined
        ? []
        : elsewhereSteps(plan.project, serviceAt(service, portable), portable, input.runtimes).map((step) =>
            shown(step, ON_ANY_HOST),
          ),
    sections: recoverySections(input, service, repository, portable).map((section) => ({
      ...section,
      steps: section.steps.map((step) => shown(step, section.at)),
    })),
  };
}

/** The volumes of all places, each as it is in the first that backs it up, if any does. */
function everyVolume({ placements }: ServicePlan): PlannedVolume[] {
  const byName = new Map<string, PlannedVolume>();
  for (const volume of placements.flatMap(({ volumes }) => volumes)) {
    const known = byName.get(volume.volume);
    if (known === undefined || (volume.backed_up && !known.backed_up)) byName.set(volume.volume, volume);
  }
  return [...byName.values()];
}

/** Where snapshots have the dump that stands for a volume; null where they have its files. */
function dumpPath({ dumps = [] }: ServicePlan, { dumped_by }: PlannedVolume): string | null {
  return dumps.find(({ name }) => name === dumped_by)?.snapshot_path ?? null;
}

function liveDatabase({ volume, live_copy: copy }: PlannedVolume): Record<string, unknown>[] {
  if (copy === undefined) return [];
  return [{ volume, title: titleOf(copy.database), accepted: copy.accepted ?? '' }];
}

/** In a circle no order is right, so the page of either says so. */
function requirement(plan: BackupPlan, service: ServicePlan, id: string): Record<string, unknown> {
  const circle = circles(plan).get(id);
  return {
    id,
    page: serviceIndex(plan).has(id) ? `runbooks/${id}.md` : null,
    circular: circle !== undefined && circle === circles(plan).get(service.service_id),
  };
}

function repositoryFacts({ name, url }: RepositoryPlan): Record<string, unknown> {
  return { name, url, page: `runbooks/repositories/${name}.md` };
}

function placementContext(
  input: TargetInput,
  service: ServicePlan,
  placement: Placement,
  repository: RepositoryPlan,
): Record<string, unknown>[] {
  const at = whereTyped(placement, input.runtimes);
  const jobs = jobIndex(input.plan).at(service.service_id, placement);
  const [job] = jobs;
  if (job === undefined) return [];
  const steps = stepsFor(input, service, placement, repository, jobs, at);
  const { schedule } = job;
  const { snapshot_host } = placement;
  const { cluster } = runtimeOf(placement.runtime);
  return [
    {
      title: placementName(placement),
      snapshot_host,
      operator: cluster?.operatorText(service, placement, input.runtimes) ?? '',
      cron: schedule.cron,
      timezone: schedule.timezone,
      stands_still: placement.quiesce !== undefined,
      recover: recoverCommand(input.plan.project, placement.scope === 'user'),
      steps: steps.map((step) => shown(step, at)),
      applied: (cluster?.applied(placement, input) ?? []).map(({ path, content }) => ({
        path,
        lines: content.trimEnd().split('\n'),
      })),
    },
  ];
}

/** Whose programs run restic in one placement; nobody's where snapshots are stored in another way. */
function whoseRestic({ runtimes }: TargetInput, { runtime }: Placement): 'ours' | 'operator' | 'nobody' {
  return runtimeOf(runtime).cluster?.restic(runtimes) ?? 'ours';
}

function stepsFor(
  input: TargetInput,
  service: ServicePlan,
  placement: Placement,
  repository: RepositoryPlan,
  jobs: readonly Job[],
  at: string,
): Step[] {
  const { project } = input.plan;
  const guided = { project, service, placement, repository, jobs, at };
  return runtimeOf(placement.runtime).guide?.(guided, input) ?? hostSteps(guided);
}

/** A new host for each that the service is on, then what needs none of ours. */
function recoverySections(
  input: TargetInput,
  service: ServicePlan,
  repository: RepositoryPlan,
  portable: Placement | undefined,
): Section[] {
  const jobs = jobIndex(input.plan);
  const onHosts = service.placements.filter((placement) =>
    jobs.at(service.service_id, placement).some(({ place }) => place.on === 'host'),
  );
  return [
    ...onHosts.map((placement) =>
      hostIsGone(input.plan.project, placement, repository, whereTyped(placement, input.runtimes)),
    ),
    ...(portable === undefined ? [] : [withoutScripts(serviceAt(service, portable), portable, repository)]),
  ];
}
