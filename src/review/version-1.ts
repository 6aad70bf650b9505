import { expand } from '../jobs/expand.js';
import type { Resolved, WishedPart } from '../jobs/kind.js';
import { KINDS } from '../jobs/registry.js';
import type { Job, JobDraft, Wish } from '../model/job.js';
import { type JobSchedule, scheduleAt } from '../schedule/job-schedule.js';
import type { BackupPlan, Placement, RepositoryPlan, ServicePlan } from '../model/plan.js';
import type { RuntimeSettings } from '../model/policy.js';
import type { KubernetesSettings } from '../runtimes/kubernetes/settings.js';
import { runtimeOf } from '../runtimes/registry.js';

/** A plan of the time when jobs did not stand in it, and their times were those of placements and repositories. */
export interface PlanOfVersion1 extends Omit<BackupPlan, 'version' | 'jobs' | 'repositories' | 'services'> {
  readonly version: 1;
  readonly repositories: readonly RepositoryOfVersion1[];
  readonly services: readonly ServiceOfVersion1[];
}

/** The kinds of that time; a later one made no job then. */
const KINDS_THEN: readonly string[] = ['backup', 'guest-dump', 'forget', 'prune', 'check', 'locks'];

type Times = Readonly<Record<'forget' | 'prune' | 'check', JobSchedule>>;
type RepositoryOfVersion1 = RepositoryPlan &
  Times & { readonly k8up?: { readonly prune: string; readonly check: string } };
type PlacementOfVersion1 = Placement & { readonly schedule: JobSchedule };
type ServiceOfVersion1 = Omit<ServicePlan, 'placements'> & {
  readonly placements: readonly PlacementOfVersion1[];
};

/**
 * The plan of today that an old one stands for: the same kinds make its jobs. It does not say by which method a cluster
 * is backed up, nor for which services there are forget scripts, so both are read from the names and headers of the
 * files beside it: here and nowhere else. Images, modes and transfers stay unknown; rules compare only what both sides
 * know.
 *
 * @param files of the tree, by path
 */
export function fromVersion1(old: PlanOfVersion1, files: ReadonlyMap<string, string>): BackupPlan {
  const jobs = expand(
    resolved(old, files),
    KINDS.filter(({ name }) => KINDS_THEN.includes(name)),
  ).map((draft) => completed(old, draft));
  return {
    ...old,
    version: 2,
    jobs: jobs.map((job) => (job.covers.length === 0 ? job : { ...job, covers: coveredIn(files, job) })),
    repositories: old.repositories.map(
      ({ forget: _f, prune: _p, check: _c, k8up: _k, ...repository }) => repository,
    ),
    services: old.services.map((service) => ({
      ...service,
      placements: service.placements.map(({ schedule: _, ...placement }) => placement),
    })),
  };
}

function resolved(old: PlanOfVersion1, files: ReadonlyMap<string, string>): Resolved {
  const isPerNode = old.services.some(({ placements }) =>
    placements.some(({ node_selector }) => node_selector !== undefined),
  );
  const policy = {
    project: old.project,
    repositories: old.repositories,
    runtimes: settingsOf(methodIn(files), isPerNode),
  };
  return {
    project: old.project,
    repositories: old.repositories.map((repository) => {
      const { forget, prune, check } = repository;
      const exactly = ({ cron }: JobSchedule) => ({ schedule: cron, spread: 0 });
      return {
        repository,
        timezone: forget.timezone,
        times: { forget: exactly(forget), prune: exactly(prune), check: exactly(check) },
        facts: {},
      };
    }),
    placed: old.services.flatMap((service) =>
      service.placements.map((placement) => {
        const { cron: expression, timezone } = placement.schedule;
        const wish: Wish = { at: 'window', expression, timezone, spread: 0, weight: 1 };
        const parts = runtimeOf(placement.runtime).parts(policy, service, placement);
        return { service, placement, parts: parts.map((part): WishedPart => ({ ...part, wish })) };
      }),
    ),
  };
}

/** With the time that the old plan says, and without what it cannot know. */
function completed(old: PlanOfVersion1, { wish, ...draft }: JobDraft): Job {
  if (wish.at === 'window') {
    return { ...draft, facts: {}, schedule: scheduleAt(wish.expression, wish.timezone, 0) };
  }
  const name = draft.locks[0]?.repository;
  const repository = old.repositories.find((candidate) => candidate.name === name);
  const kind = draft.kind === 'check' ? 'check' : 'prune';
  const cron = repository?.k8up?.[kind] ?? repository?.[kind].cron ?? '0 0 * * *';
  return { ...draft, facts: {}, schedule: scheduleAt(cron, repository?.[kind].timezone ?? 'UTC', 0) };
}

const FORGET_SCRIPT = /(?:^|\/)forget\/([^/]+)\/([^/]+)\.sh$/;

/** Services that the tree has forget scripts for: some of them had nothing to forget. */
function coveredIn(files: ReadonlyMap<string, string>, { store, covers }: Job): readonly string[] {
  const name = store !== null && 'name' in store ? store.name : null;
  const found = [...files.keys()].flatMap((path) => {
    const [, repository, service] = FORGET_SCRIPT.exec(path) ?? [];
    return repository === name && service !== undefined ? [service] : [];
  });
  return found.length === 0 ? covers : [...new Set(found)].sort();
}

const OBJECTS: readonly [RegExp, KubernetesSettings['method']][] = [
  [/^apiVersion: *velero\.io\//m, 'velero'],
  [/^apiVersion: *volsync\.backube\//m, 'volsync'],
  [/^apiVersion: *k8up\.io\//m, 'k8up'],
];

function methodIn(files: ReadonlyMap<string, string>): KubernetesSettings['method'] {
  const manifests = [...files].filter(([path]) => /^kubernetes\/.*\.yaml$/.test(path));
  return OBJECTS.find(([text]) => manifests.some(([, content]) => text.test(content)))?.[1] ?? 'restic';
}

/** Only what the runtimes' parts look at matters. */
function settingsOf(method: KubernetesSettings['method'], isPerNode: boolean): RuntimeSettings {
  return {
    docker: { data_root: '' },
    podman: { storage_root: '', image: '', user: null },
    proxmox: { mode: 'snapshot', transfer: 'stream', dumpdir: '' },
    kubernetes: {
      ...{ image: '', method, host_path_mode: isPerNode ? 'daemonset' : 'cronjob', affinity: 'required' },
      ...{ node_selector: {}, tolerations: [], snapshot: 'none', volume_snapshot_class: null },
      ...{ external_secret: null, egress_ports: [], velero_namespace: 'velero' },
      resources: { cpu_request: '', memory_request: '', memory_limit: '', dump_limit: '' },
    },
  };
}
