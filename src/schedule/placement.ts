import { createHash } from 'node:crypto';
import { compareText } from '../text/compare.js';

const DAY = 1440;

/** Where jobs of one schedule, spread and repository may start. One object serves all of them. */
export interface StartWindow {
  /** Minutes of the day, 0 to 1439, at which a job without offset starts; by one clock for all windows. */
  readonly starts: readonly number[];
  /** Number of possible offsets, at least 1. */
  readonly room: number;
  /** Offsets to keep free (maintenance is due then); ignored when less than a quarter of the room would be left. */
  readonly avoid: ReadonlySet<number>;
}

/** One job that may start at any offset of its window. */
export interface Placeable {
  /** Who and where; decides the order of preferences. */
  readonly key: readonly string[];
  readonly window: StartWindow;
  /** How much it counts, at least 1: see {@link weightOf}. */
  readonly weight: number;
  /** What it shares with others and must be level in: its repository, its host; each also with its schedule. */
  readonly pools: readonly string[];
}

/** How a size in GB counts: up to 10 GB or unknown as one job, up to 100 as two, up to 1000 as three, then four. */
export function weightOf(gigabytes: number | null): number {
  if (gigabytes === null || gigabytes <= 10) return 1;
  return gigabytes <= 100 ? 2 : gigabytes <= 1000 ? 3 : 4;
}

/**
 * A stable offset for each job, in the order of the jobs. Every job has its own sequence of preferred minutes, from a
 * hash of its key; the heaviest come first, equals in the order of another hash, and each takes its first preference
 * for which no pool is full. A minute is full at about twice the load that an even spread would give it
 * ({@link minuteCapacity}), so it is level; and since at most three quarters of what the minutes hold is ever in use,
 * a job that comes or goes moves no other in most cases, else the few that its minute has no room for.
 * The result does not depend on the order of the input.
 */
export function placeOffsets(jobs: readonly Placeable[]): number[] {
  const ordered = jobs
    .map((job, index) => ({ job, index, digest: createHash('sha256').update(job.key.join('\0')).digest() }))
    .sort(
      (a, b) =>
        b.job.weight - a.job.weight ||
        Buffer.compare(a.digest.subarray(8, 20), b.digest.subarray(8, 20)) ||
        compareText(keyOf(a.job), keyOf(b.job)),
    );
  const pools = poolsOf(jobs);
  const offsets = jobs.map(() => 0);
  for (const { job, index, digest } of ordered) {
    const own = job.pools.flatMap((name) => pools.get(name) ?? []);
    const offset = choose(job, digest, own);
    offsets[index] = offset;
    for (const start of job.window.starts)
      for (const pool of own) pool.add((start + offset) % DAY, job.weight);
  }
  return offsets;
}

function keyOf(job: Placeable): string {
  return job.key.join('\0');
}

/** Loads are counted in parts of this size, so that sums do not depend on their order. */
const UNIT = 2 ** 20;

/**
 * What a minute of the day holds, where an even spread would give it `ideal`: never more than twice that, and never
 * less than one. Capacity grows with the fleet in small steps, each minute's at another moment (`threshold`), because
 * a step of all minutes at once would move many jobs.
 *
 * - up to half a job: 1, so at most half of the minutes are in use;
 * - up to one and a half: towards 2 and staying there;
 * - above: one less than twice the ideal, which a step to the next whole number still keeps below it.
 */
export function minuteCapacity(ideal: number, minute: number): number {
  const wanted = Math.max(1, Math.min(2 * ideal, 2), 2 * ideal - 1);
  return Math.floor(wanted + threshold(minute));
}

/** Evenly scattered over the day, from 0 to less than 1: multiples of the golden ratio. */
function threshold(minute: number): number {
  return (minute * 0.618_033_988_749_894_9) % 1;
}

/** The load of one repository or host by minute of the day, in jobs or in weight. */
class Level {
  /** In {@link UNIT}s. */
  readonly #ideal = new Float64Array(DAY);
  readonly #load = new Uint32Array(DAY);

  constructor(windows: ReadonlyMap<StartWindow, number>) {
    for (const [{ starts, room, avoid: wished }, total] of windows) {
      const avoid = avoided(room, wished);
      const share = Math.round((total * UNIT) / (room - avoid.size));
      for (const start of starts) {
        for (let offset = 0; offset < room; offset += 1) {
          if (!avoid.has(offset)) this.#raise((start + offset) % DAY, share);
        }
      }
    }
  }

  #raise(minute: number, share: number): void {
    this.#ideal[minute] = (this.#ideal[minute] ?? 0) + share;
  }

  /** By how much `amount` more would overfill a minute. An empty minute takes anything, or the largest fit nowhere. */
  excess(minute: number, amount: number): number {
    const load = this.#load[minute] ?? 0;
    if (load === 0) return 0;
    return Math.max(0, load + amount - minuteCapacity((this.#ideal[minute] ?? 0) / UNIT, minute));
  }

  add(minute: number, amount: number): void {
    this.#load[minute] = (this.#load[minute] ?? 0) + amount;
  }
}

/** A repository or host: level in the number of its jobs and in their weight. */
class Pool {
  readonly #jobs: Level;
  readonly #weight: Level;

  constructor(windows: ReadonlyMap<StartWindow, { readonly jobs: number; readonly weight: number }>) {
    this.#jobs = new Level(new Map([...windows].map(([window, { jobs }]) => [window, jobs])));
    this.#weight = new Level(new Map([...windows].map(([window, { weight }]) => [window, weight])));
  }

  excess(minute: number, weight: number): number {
    return this.#jobs.excess(minute, 1) + this.#weight.excess(minute, weight);
  }

  add(minute: number, weight: number): void {
    this.#jobs.add(minute, 1);
    this.#weight.add(minute, weight);
  }
}

function poolsOf(jobs: readonly Placeable[]): Map<string, Pool> {
  const totals = new Map<string, Map<StartWindow, { jobs: number; weight: number }>>();
  for (const { pools, window, weight } of jobs) {
    for (const name of pools) {
      const windows = totals.get(name) ?? new Map<StartWindow, { jobs: number; weight: number }>();
      const known = windows.get(window) ?? { jobs: 0, weight: 0 };
      windows.set(window, { jobs: known.jobs + 1, weight: known.weight + weight });
      totals.set(name, windows);
    }
  }
  return new Map([...totals].map(([name, windows]) => [name, new Pool(windows)]));
}

/** Maintenance yields when keeping clear of it would crowd the backups into less than a quarter of their minutes. */
function avoided(room: number, avoid: ReadonlySet<number>): ReadonlySet<number> {
  return (room - avoid.size) * 4 >= room ? avoid : new Set<number>();
}

/** The first preference that fits everywhere; where there is none, the one that overfills least. */
function choose({ window, weight }: Placeable, digest: Buffer, pools: readonly Pool[]): number {
  const { starts, room } = window;
  const avoid = avoided(room, window.avoid);
  const first = digest.readUIntBE(0, 6) % room;
  const step = stepThrough(room, digest.readUIntBE(20, 6));
  let [best, least] = [first, Number.POSITIVE_INFINITY];
  for (let attempt = 0; attempt < room; attempt += 1) {
    const offset = (first + attempt * step) % room;
    if (avoid.has(offset)) continue;
    let excess = 0;
    for (const start of starts) {
      for (const pool of pools) excess += pool.excess((start + offset) % DAY, weight);
    }
    if (excess === 0) return offset;
    if (excess < least) [best, least] = [offset, excess];
  }
  return best;
}

/** A step that visits every offset before it comes back to the first: it has no divisor in common with the room. */
function stepThrough(room: number, seed: number): number {
  let step = 1 + (seed % Math.max(1, room - 1));
  while (divisor(step, room) > 1) step = (step % room) + 1;
  return step;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
