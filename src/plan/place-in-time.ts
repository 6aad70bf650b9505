import { isExclusive, type Job, type JobDraft } from '../model/job.js';
import { type JobSchedule, scheduleAt } from '../schedule/job-schedule.js';
import type { Policy } from '../model/policy.js';
import type { StartWindows } from '../schedule/start-windows.js';
import { placeOffsets, type Placeable, type StartWindow } from '../schedule/placement.js';
import type { Zones } from '../schedule/zone.js';
import { groupBy } from '../lookup/group.js';
import { Lanes, type Lane, type Window } from './lanes.js';
import { placeAlone, unionNear, type Alone } from './place-alone.js';
import { placeNear } from './place-near.js';

/** What placing needs beside the jobs. */
export interface Placing {
  readonly zones: Zones;
  /** The clock by which all starts are told. */
  readonly timezone: string;
  /** Minutes around a job that needs a repository alone, by repository. */
  readonly margins: ReadonlyMap<string, number>;
}

export function placingOf({ defaults, repositories }: Policy, zones: Zones): Placing {
  const margins = new Map(repositories.map(({ name, margin }) => [name, margin]));
  return { zones, timezone: defaults.timezone, margins };
}

interface Entry {
  readonly draft: JobDraft;
  readonly wish: Window;
  readonly lane: Lane;
}

/**
 * Jobs with their times: first those that need a repository alone, in their order, clear of what cannot move; then the
 * others, level in each repository and on each host; then those that keep near another. Knows no kind of job: locks
 * decide.
 */
export function placeInTime(drafts: readonly JobDraft[], placing: Placing): Job[] {
  const lanes = new Lanes(placing.zones, placing.timezone);
  const entries = drafts.flatMap((draft): Entry[] =>
    draft.wish.at === 'window' ? [{ draft, wish: draft.wish, lane: lanes.of(draft, draft.wish) }] : [],
  );
  const alone = entries.filter(({ draft }) => isExclusive(draft));
  const shared = entries.filter(({ draft }) => !isExclusive(draft));
  const offsets = new Map<string, number>();
  const placed = offsetsAlone(alone, shared, placing, offsets);
  offsetsShared(shared, placed, placing, offsets);
  const schedules = schedulesOf(entries, offsets);
  placeNear(drafts, schedules, placing);
  return drafts.map(({ wish: _, ...job }) => ({ ...job, schedule: timeOf(schedules, job.id) }));
}

/**
 * {@link placeInTime} for plans that are drawn again and again with small changes: what it depends on decides whether
 * times are reckoned anew. Everything that it reads of its arguments stands in the key.
 */
export function rememberTimes(): typeof placeInTime {
  const known = new Map<string, ReadonlyMap<string, JobSchedule>>();
  return (drafts, placing) => {
    const read = drafts.map(({ id, service, runtime, kind, backend, place, wish, clock, locks, sources }) => {
      const host = place.on === 'host' ? place.host : null;
      return [id, service, runtime, kind, backend, host, wish, clock, locks, sources.length === 0];
    });
    const key = JSON.stringify([placing.timezone, [...placing.margins], read]);
    const found =
      known.get(key) ?? new Map(placeInTime(drafts, placing).map(({ id, schedule }) => [id, schedule]));
    known.set(key, found);
    return drafts.map(({ wish: _, ...job }) => ({ ...job, schedule: timeOf(found, job.id) }));
  };
}

function timeOf(schedules: ReadonlyMap<string, JobSchedule>, id: string): JobSchedule {
  const schedule = schedules.get(id);
  if (schedule === undefined) throw new Error(`${id} has no time`);
  return schedule;
}

/** Where jobs that need a repository alone are, by repository. */
function offsetsAlone(
  alone: readonly Entry[],
  shared: readonly Entry[],
  { margins }: Placing,
  offsets: Map<string, number>,
): ReadonlyMap<string, readonly StartWindows[]> {
  const names = new Set([...alone, ...shared].flatMap(({ lane }) => lane.repositories));
  const sharedLanes = lanesByRepository(shared);
  const aloneLanes = lanesByRepository(alone);
  const rivals = new Map<string, Alone>(
    [...names].map((name) => {
      const own = [...(sharedLanes.get(name) ?? [])];
      return [
        name,
        {
          margin: margins.get(name) ?? 0,
          settled: [...own, ...(aloneLanes.get(name) ?? [])].filter(({ room }) => room === 1),
          flexible: own.filter(({ room }) => room > 1),
        },
      ];
    }),
  );
  const placed = new Map<string, StartWindows[]>();
  for (const { draft, lane } of alone) {
    const own = lane.repositories.flatMap((name) => rivals.get(name) ?? []);
    const offset = placeAlone(lane, own);
    offsets.set(draft.id, offset);
    const at = { runs: lane.runs.map((run) => run + offset), room: 1 };
    if (lane.room > 1) for (const rival of own) rival.settled.push(at);
    for (const name of lane.repositories) placed.set(name, [...(placed.get(name) ?? []), at]);
  }
  return placed;
}

function lanesByRepository(entries: readonly Entry[]): Map<string, Set<Lane>> {
  const lanes = new Map<string, Set<Lane>>();
  for (const { lane } of entries) {
    for (const name of lane.repositories) lanes.set(name, (lanes.get(name) ?? new Set()).add(lane));
  }
  return lanes;
}

function offsetsShared(
  shared: readonly Entry[],
  placed: ReadonlyMap<string, readonly StartWindows[]>,
  { margins }: Placing,
  offsets: Map<string, number>,
): void {
  const windows = new Map<Lane, StartWindow>();
  for (const { lane } of shared) {
    if (windows.has(lane)) continue;
    const avoid = new Set<number>();
    for (const name of lane.room === 1 ? [] : lane.repositories) {
      for (const minute of unionNear(lane, placed.get(name) ?? [], margins.get(name) ?? 0)) avoid.add(minute);
    }
    windows.set(lane, { starts: lane.starts, room: lane.room, avoid });
  }
  const keys = keysOf(shared.map(({ draft }) => draft));
  const found = placeOffsets(
    shared.map(({ draft, wish, lane }): Placeable => ({
      key: keys.get(draft) ?? [],
      window: windows.get(lane) ?? { starts: lane.starts, room: lane.room, avoid: new Set() },
      weight: wish.weight,
      pools: poolsOf(draft).flatMap((pool) => [pool, `${pool} ${lane.name}`]),
    })),
  );
  for (const [index, { draft }] of shared.entries()) offsets.set(draft.id, found[index] ?? 0);
}

/**
 * What each job's preferred minutes are drawn from: the first job of a service in a place has the service's and the
 * place's name, further ones their own beside it. Those that one backend starts for several claims stay together.
 */
function keysOf(drafts: readonly JobDraft[]): Map<JobDraft, string[]> {
  const plain = (draft: JobDraft): string[] => [
    draft.service ?? '',
    draft.runtime ?? '',
    hostOf(draft) ?? '',
  ];
  const keys = new Map<JobDraft, string[]>();
  for (const together of groupBy(drafts, (draft) => plain(draft).join('\0')).values()) {
    const [first] = together;
    for (const draft of together) {
      const isLike = draft.kind === first?.kind && draft.backend === first.backend;
      keys.set(draft, [...plain(draft), ...(isLike ? [] : [draft.kind, draft.backend])]);
    }
  }
  return keys;
}

/** What a job must be level in. One that saves nothing is no load. */
function poolsOf(draft: JobDraft): string[] {
  if (draft.sources.length === 0) return [];
  const host = hostOf(draft);
  return [
    ...draft.locks.map(({ repository }) => `repository ${repository}`),
    ...(host === null ? [] : [`host ${host}`]),
  ];
}

function hostOf({ place }: JobDraft): string | null {
  return place.on === 'host' ? place.host : null;
}

/** The times of jobs by their ids; equal ones are one object. */
function schedulesOf(
  entries: readonly Entry[],
  offsets: ReadonlyMap<string, number>,
): Map<string, JobSchedule> {
  const known = new Map<string, JobSchedule>();
  const schedules = new Map<string, JobSchedule>();
  for (const { draft, wish } of entries) {
    const offset = offsets.get(draft.id) ?? 0;
    const key = [wish.expression, wish.timezone, offset].join('\0');
    const times = known.get(key) ?? scheduleAt(wish.expression, wish.timezone, offset);
    known.set(key, times);
    schedules.set(draft.id, times);
  }
  return schedules;
}
