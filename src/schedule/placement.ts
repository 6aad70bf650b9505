import { createHash } from 'node:crypto';

/** One job that may start at any of `room` offsets. */
export interface Placeable {
  /** Who and where; decides the order of preferences. */
  readonly key: readonly string[];
  /** Number of possible offsets, at least 1. */
  readonly room: number;
  /** How much it counts, at least 1: see {@link weightOf}. */
  readonly weight: number;
  /** What it shares with others and must be level in: its repository, its host. With the schedule's own name. */
  readonly pools: readonly string[];
  /** Offsets to keep free (maintenance is due then); ignored when less than a quarter of the room would be left. */
  readonly avoid: ReadonlySet<number>;
}

/** Preferences tried one by one before the least loaded minute is taken. */
const TRIES = 64;

/** How a size in GB counts: up to 10 GB or unknown as one job, up to 100 as two, up to 1000 as three, then four. */
export function weightOf(gigabytes: number | null): number {
  if (gigabytes === null || gigabytes <= 10) return 1;
  return gigabytes <= 100 ? 2 : gigabytes <= 1000 ? 3 : 4;
}

/**
 * The most that one minute of a pool holds: half as much again as an even spread of the pool, its total weight
 * rounded up to the next quarter power of two. So it is at most twice the even spread, and stays as it is while a
 * fleet grows: between two such steps nothing moves but what a newcomer pushes out of a full minute.
 */
export function minuteCapacity(total: number, room: number): number {
  const rounded = 2 ** (Math.ceil(Math.log2(Math.max(1, total)) * 4 - 1e-9) / 4);
  return Math.max(1, Math.ceil((1.5 * rounded) / room - 1e-9));
}

/**
 * A stable offset for each job, in the order of the jobs. Every job has its own sequence of preferred minutes, from a
 * hash of its key; jobs are placed in the order of another hash, each at its first preference where no pool is full.
 * The result does not depend on the order of the input. Since minutes are seldom full (load is two thirds of the
 * capacity or less), a job that comes or goes moves no other in nearly all cases, else the one or two that its
 * minute has no room for; when a pool's capacity steps (each time it grows by a fifth), some percent of it move.
 */
export function placeOffsets(jobs: readonly Placeable[]): number[] {
  const pools = poolsOf(jobs);
  const ordered = jobs
    .map((job, index) => ({ job, index, digest: createHash('sha256').update(job.key.join('\0')).digest() }))
    .sort(
      (a, b) =>
        Buffer.compare(a.digest.subarray(8, 20), b.digest.subarray(8, 20)) ||
        (keyOf(a.job) < keyOf(b.job) ? -1 : 1),
    );
  const offsets = jobs.map(() => 0);
  for (const { job, index, digest } of ordered) {
    const offset = choose(job, digest, pools);
    offsets[index] = offset;
    for (const name of job.pools) pools.get(name)?.add(offset, job.weight);
  }
  return offsets;
}

function keyOf(job: Placeable): string {
  return job.key.join('\0');
}

class Pool {
  readonly #loads = new Map<number, number>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  load(offset: number): number {
    return this.#loads.get(offset) ?? 0;
  }

  /** An empty minute takes anything, or the largest services would fit nowhere. */
  fits(offset: number, weight: number): boolean {
    const load = this.load(offset);
    return load === 0 || load + weight <= this.#capacity;
  }

  add(offset: number, weight: number): void {
    this.#loads.set(offset, this.load(offset) + weight);
  }
}

function poolsOf(jobs: readonly Placeable[]): Map<string, Pool> {
  const totals = new Map<string, { weight: number; room: number }>();
  for (const { pools, weight, room, avoid } of jobs) {
    for (const name of pools) {
      const entry = totals.get(name) ?? { weight: 0, room };
      const free = room - avoided(room, avoid).size;
      totals.set(name, { weight: entry.weight + weight, room: Math.min(entry.room, free) });
    }
  }
  return new Map(
    [...totals].map(([name, { weight, room }]) => [name, new Pool(minuteCapacity(weight, room))]),
  );
}

/** Maintenance yields when keeping clear of it would crowd the backups into less than a quarter of their minutes. */
function avoided(room: number, avoid: ReadonlySet<number>): ReadonlySet<number> {
  return (room - avoid.size) * 4 >= room ? avoid : new Set<number>();
}

function choose(job: Placeable, digest: Buffer, pools: ReadonlyMap<string, Pool>): number {
  const avoid = avoided(job.room, job.avoid);
  const first = digest.readUIntBE(0, 6) % job.room;
  const step = 1 + (digest.readUIntBE(20, 6) % Math.max(1, job.room - 1));
  const own = job.pools.flatMap((name) => pools.get(name) ?? []);
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const offset = (first + attempt * step) % job.room;
    if (!avoid.has(offset) && own.every((pool) => pool.fits(offset, job.weight))) return offset;
  }
  let [best, least] = [first, Number.POSITIVE_INFINITY];
  for (let distance = 0; distance < job.room; distance += 1) {
    const offset = (first + distance) % job.room;
    const load = Math.max(0, ...own.map((pool) => pool.load(offset)));
    if (!avoid.has(offset) && load < least) [best, least] = [offset, load];
  }
  return best;
}
