import { isExclusive, type Job, type JobDraft } from '../../model/job.js';
import type { Repository } from '../../model/policy.js';
import { firstCollision } from '../../schedule/collisions.js';
import type { Simulated } from '../../schedule/simulated.js';
import { placeInTime, placingOf } from '../place-in-time.js';
import type { CheckInput } from '../../model/check.js';

/** Times for maintenance jobs of one repository, as cron expressions. */
export type Suggestions = ReadonlyMap<string, string>;

/** The repository whose jobs a suggestion is for. */
export interface Subject {
  readonly input: CheckInput;
  readonly repository: Repository;
  /** The maintenance jobs that are in nobody's way now, and must stay so. */
  readonly clear: ReadonlySet<string>;
  readonly simulated: Simulated;
}

/**
 * The first of the candidates that still works when it stands in the policy, by itself and together with the earlier
 * suggestions: backups keep away from maintenance where they can, so one that moves may move them too. Null when
 * none of them does.
 */
export function workingTime(
  subject: Subject,
  kind: string,
  candidates: readonly string[],
  earlier: Suggestions,
): string | null {
  const found = candidates.find((candidate) => {
    const alone = new Map([[kind, candidate]]);
    return works(subject, alone) && (earlier.size === 0 || works(subject, new Map([...earlier, ...alone])));
  });
  return found ?? null;
}

/** Whether the jobs that would move, and those that are clear now, are clear of all others with these times. */
function works({ input, repository, clear, simulated }: Subject, times: Suggestions): boolean {
  const drafts = withTimes(input.drafts, repository, times);
  const placed = placeInTime(drafts, placingOf(input.policy, input.zones)).filter(({ locks }) =>
    locks.some((lock) => lock.repository === repository.name),
  );
  const runsOf = (jobs: readonly Job[]) =>
    jobs.map(({ kind, schedule, clock }) => ({ kind, runs: simulated.of(schedule, clock).runs }));
  const busy = [...new Set(runsOf(placed.filter((job) => !isExclusive(job))).map(({ runs }) => runs))];
  const own = runsOf(placed.filter(({ service }) => service === null));
  const meets = (one: readonly number[], other: readonly number[]): boolean =>
    firstCollision(one, other, repository.margin) !== null;
  return own.every(({ kind, runs: mine }, index) => {
    const isSuggested = times.has(kind);
    if (!isSuggested && !clear.has(kind)) return true;
    const rivals = isSuggested ? own.filter((job) => job.kind !== kind) : own.slice(0, index);
    return ![...busy, ...rivals.map((job) => job.runs)].some((other) => meets(mine, other));
  });
}

/** The jobs with a repository's maintenance at exactly these times. */
function withTimes(drafts: readonly JobDraft[], { name }: Repository, times: Suggestions): JobDraft[] {
  return drafts.map((draft) => {
    const { wish, service, store, kind } = draft;
    const expression = times.get(kind);
    const isOwn = service === null && store?.in === 'repository' && store.name === name;
    if (!isOwn || expression === undefined || wish.at !== 'window') return draft;
    return { ...draft, wish: { ...wish, expression, spread: 0 } };
  });
}
