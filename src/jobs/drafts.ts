import type { Backend } from '../backends/backend.js';
import { cronjob } from '../backends/cronjob.js';
import { systemd } from '../backends/systemd.js';
import { jobId, type JobDraft, type Lock, type Place, type Wish } from '../model/job.js';
import type { MaintenancePlace } from '../model/policy.js';
import type { JobKind, Placed, Resolved, ResolvedRepository, WishedPart } from './kind.js';

type Own = Pick<JobKind, 'name' | 'stem'>;

/** A job for each part that runtimes made for this kind. */
export function partDrafts(
  kind: Own,
  resolved: Resolved,
  mode: Lock['mode'],
  wishOf: (part: WishedPart) => Wish = ({ wish }) => wish,
): JobDraft[] {
  return resolved.placed.flatMap((entry) =>
    entry.parts
      .filter((part) => part.kind === kind.name)
      .map((part) => partDraft(kind, resolved.project, entry, part, wishOf(part), mode)),
  );
}

function partDraft(
  kind: Own,
  project: string,
  { service, placement }: Placed,
  part: WishedPart,
  wish: Wish,
  mode: Lock['mode'],
): JobDraft {
  const { place, store, sources, snapshot, retention, facts, backend } = part;
  if (backend.kinds !== 'any' && !backend.kinds.includes(kind.name)) {
    throw new Error(`${backend.name} runs no job of kind ${kind.name}, which ${placement.runtime} asks for`);
  }
  const draft = {
    id: jobId(kind.name, service.service_id, part.name, place),
    kind: kind.name,
    service: service.service_id,
    part: part.name,
    runtime: placement.runtime,
    ...startedBy(backend),
    timeout_minutes: service.timeout,
    // A repository that is an operator's own is nobody's to wait for.
    locks: store.in === 'repository' ? [{ repository: store.name, mode }] : [],
    covers: [],
    ...{ place, store, sources, snapshot, retention, facts, wish },
  };
  return { ...draft, object: backend.object(draft, project, kind.stem) };
}

/** What a job of a repository may say of itself. */
type About = Partial<Pick<JobDraft, 'covers' | 'facts' | 'locks' | 'wish'>>;

/** A job for each repository that something is backed up into, in the one place that maintains it. */
export function repositoryDrafts(
  kind: Own,
  { project, repositories }: Resolved,
  earlier: readonly JobDraft[],
  about: (entry: ResolvedRepository) => About | null = () => ({}),
): JobDraft[] {
  const used = new Set(earlier.flatMap(({ store }) => (store?.in === 'repository' ? [store.name] : [])));
  return repositories.flatMap((entry) => {
    const { name, maintenance } = entry.repository;
    const own = used.has(name) ? about(entry) : null;
    if (own === null) return [];
    const { covers, ...more } = own;
    const [place, backend] = maintenancePlace(maintenance);
    const draft = {
      id: jobId(kind.name, name, null, place),
      kind: kind.name,
      service: null,
      part: null,
      runtime: null,
      place,
      store: { in: 'repository' as const, name },
      ...startedBy(backend),
      timeout_minutes: null,
      locks: [{ repository: name, mode: 'exclusive' as const }],
      sources: [],
      covers: [...new Set(covers)].sort(),
      snapshot: null,
      retention: null,
      ...more,
      facts: { ...entry.facts, ...own.facts },
      wish: own.wish ?? wishOf(kind, entry),
    };
    return [{ ...draft, object: backend.object(draft, project, kind.stem) }];
  });
}

function wishOf({ name }: Own, { times, timezone }: ResolvedRepository): Wish {
  const time = times[name];
  if (time === undefined) throw new Error(`nobody says when ${name} runs`);
  return { at: 'window', expression: time.schedule, timezone, spread: time.spread, weight: 1 };
}

function maintenancePlace(maintenance: MaintenancePlace): [Place, Backend] {
  switch (maintenance.kind) {
    case 'host': {
      const { host } = maintenance;
      return [{ on: 'host', host, manager: 'system', folder: `hosts/${host}` }, systemd];
    }
    case 'namespace': {
      const { namespace } = maintenance;
      const folder = `kubernetes/${namespace}`;
      return [{ on: 'cluster', cluster: null, namespace, nodes: null, folder }, cronjob];
    }
  }
}

function startedBy({ name, clock, zone }: Backend): Pick<JobDraft, 'backend' | 'clock' | 'zone'> {
  return { backend: name, clock, zone };
}

/**
 * An operator's jobs beside the repository's own of the same kind: near them, and clear of everything that they must
 * not meet. A repository that no policy has is reported; there is nothing to be near to.
 */
export function nearDrafts(kind: Own, resolved: Resolved, own: readonly JobDraft[]): JobDraft[] {
  const ids = new Map(own.map(({ store, id }) => [store?.in === 'repository' ? store.name : null, id]));
  return partDrafts(kind, resolved, 'exclusive', ({ store, wish }) => {
    const job = ids.get(store.in === 'repository' ? store.name : null);
    return job === undefined ? wish : { at: 'near', job };
  });
}
