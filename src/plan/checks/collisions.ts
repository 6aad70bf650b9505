import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { isExclusive, type Job } from '../../model/job.js';
import type { Repository } from '../../model/policy.js';
import { firstCollision, freeTimes } from '../../schedule/collisions.js';
import { knownSchedule } from '../../schedule/job-schedule.js';
import { runsBetween } from '../../schedule/runs.js';
import { showDuration, showMinute } from '../../schedule/show.js';
import { groupBy } from '../../lookup/group.js';
import { jobIndex } from '../../lookup/job-index.js';
import type { Check, CheckInput } from '../../model/check.js';
import { maintenancePointer } from './schedule.js';
import { Simulated } from '../../schedule/simulated.js';
import { workingTime, type Subject } from './suggested-time.js';
import { compareText } from '../../text/compare.js';

/** More services than these are counted instead of named. */
const NAMED = 10;

/** So many free times are tried: each asks for another placement of every job. */
const TRIES = 6;

/** Jobs with the same runs. */
interface Busy {
  /** Services, or one maintenance job. */
  readonly names: readonly string[];
  readonly runs: readonly number[];
}

interface Clash {
  readonly name: string;
  /** When the maintenance job is due, and when the other. */
  readonly at: number;
  readonly other: number;
}

/**
 * forget, prune and check need the repository alone: nothing else of it may be due within the margin. For each of
 * them one finding names every backup that is, and one each of the other two; with the nearest time that is free.
 */
export const maintenanceCollisions: Check = (input) => {
  const simulated = new Simulated(input.zones, input.period);
  const index = jobIndex(input.plan);
  const users = groupBy(
    input.plan.jobs.filter((job) => !isExclusive(job)),
    ({ locks: [lock] }) => lock?.repository,
  );
  return input.policy.repositories.flatMap((repository) => {
    const alone = index.ofRepository(repository.name).filter(isExclusive);
    if (alone.length === 0 || repository.margin === 0) return [];
    const backups = backupRuns(users.get(repository.name) ?? [], simulated);
    return repositoryCollisions(input, repository, alone, backups, simulated);
  });
};

function repositoryCollisions(
  input: CheckInput,
  repository: Repository,
  alone: readonly Job[],
  backups: readonly Busy[],
  simulated: Simulated,
): Diagnostic[] {
  const jobs = alone.map(({ kind, schedule, clock }) => {
    const { runs } = simulated.of(schedule, clock);
    return { kind, names: [`${kind} of \`${repository.name}\``], runs, cron: schedule.cron, clock };
  });
  const met = jobs.map((job, index) => {
    const withBackups = clashes(job.runs, backups, repository.margin);
    const withJobs = jobs.slice(0, index).map((other) => clashes(job.runs, [other], repository.margin));
    return { job, withBackups, found: [withBackups, ...withJobs].filter(([first]) => first !== undefined) };
  });
  const clear = new Set(met.flatMap(({ job, found }) => (found.length === 0 ? [job.kind] : [])));
  const subject: Subject = { input, repository, clear, simulated };
  /** Times that earlier findings suggest: later ones must not suggest them again. */
  const taken: (readonly number[])[] = [];
  const suggested = new Map<string, string>();
  return met.flatMap(({ job, withBackups, found }): Diagnostic[] => {
    if (found.length === 0) return [];
    const busy = [...backups, ...jobs.filter((other) => other !== job)].map(({ runs }) => runs);
    const schedule = knownSchedule(job.cron);
    const zone = input.zones(repository.timezone);
    const { from, to } = input.period;
    const times = freeTimes(schedule, zone, job.clock, [...busy, ...taken], repository.margin, input.period);
    const nearest = firstOf(times, TRIES);
    const free = workingTime(subject, job.kind, nearest, suggested);
    if (free !== null) {
      taken.push(runsBetween(knownSchedule(free), zone, from, to, job.clock));
      suggested.set(job.kind, free);
    }
    const way: WayOut = free !== null ? { works: free } : { nearest: nearest[0] ?? null };
    return found.map((group) => collision(input, repository, job.kind, group, group === withBackups, way));
  });
}

/** The runs of a repository's backups, those with the same runs together. */
function backupRuns(jobs: readonly Job[], simulated: Simulated): Busy[] {
  const distinct = groupBy(jobs, ({ schedule, clock }) => `${schedule.cron} ${schedule.timezone} ${clock}`);
  return [...distinct.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const names = [...new Set(same.map(({ service }) => `\`${service ?? ''}\``))];
    return [{ names, runs: simulated.of(first.schedule, first.clock).runs }];
  });
}

/** Everybody who comes within the margin of a job, with the first time; by that time, then by name. */
function clashes(runs: readonly number[], others: readonly Busy[], margin: number): Clash[] {
  const found = others.flatMap(({ names, runs: theirs }): Clash[] => {
    const first = firstCollision(runs, theirs, margin);
    return first === null ? [] : names.map((name) => ({ name, at: first[0], other: first[1] }));
  });
  found.sort((a, b) => a.at - b.at || a.other - b.other || compareText(a.name, b.name));
  const seen = new Set<string>();
  return found.filter(({ name }) => seen.size < seen.add(name).size);
}

function firstOf<T>(items: Iterator<T, void>, count: number): T[] {
  const found: T[] = [];
  for (let next = items.next(); next.done !== true && found.length < count; next = items.next())
    found.push(next.value);
  return found;
}

/** A time that works, or else the nearest that is free as long as no backup moves; null when no time of day is. */
type WayOut = { readonly works: string } | { readonly nearest: string | null };

function hintOf(way: WayOut): string | null {
  if ('works' in way) return `\`${way.works}\` keeps clear of every other job of the repository`;
  if (way.nearest === null) return null;
  return `\`${way.nearest}\` is free now, but backups move when maintenance does: try it, or make \`spread\` longer`;
}

function collision(
  { policy }: CheckInput,
  repository: Repository,
  kind: string,
  [first, ...more]: readonly Clash[],
  isBackup: boolean,
  way: WayOut,
): Diagnostic {
  const span = policy.document.span(maintenancePointer(policy, repository, kind));
  const named = more.slice(0, NAMED).map(({ name }) => name);
  const rest = more.length > NAMED ? ` and ${more.length - NAMED} more` : '';
  const also = more.length === 0 ? '' : `; it also meets the backups of ${named.join(', ')}${rest}`;
  const facts =
    `${kind} of \`${repository.name}\` is due at ${showMinute(first?.at ?? 0)} UTC, within ` +
    `${showDuration(repository.margin)} of ${isBackup ? 'the backup of ' : ''}${first?.name ?? ''} ` +
    `at ${showMinute(first?.other ?? 0)} UTC${also}`;
  const hint = hintOf(way);
  if (hint !== null) {
    return { code: isBackup ? 'STW710' : 'STW711', severity: 'warning', message: facts, span, hint };
  }
  return {
    code: 'STW712',
    severity: 'error',
    message: `${facts}; no other time of day is free`,
    span,
    hint: `make room between the backups, or set a smaller \`margin\` on \`${repository.name}\` (\`0m\` lets jobs wait for each other)`,
  };
}
