import type { Policy, Repository } from '../../policy/policy.js';
import { firstCollision } from '../../schedule/collisions.js';
import type { Simulated } from '../../schedule/simulated.js';
import { maintenanceClockwork, MAINTENANCE_KINDS, type MaintenanceKind } from '../maintenance-times.js';
import { clockworkOf, placeJobs } from '../schedules.js';
import { effectiveSettings } from '../settings.js';
import type { CheckInput } from './check.js';

/** Times for maintenance jobs of one repository, as cron expressions. */
export type Suggestions = ReadonlyMap<MaintenanceKind, string>;

/** The repository whose jobs a suggestion is for. */
export interface Subject {
  readonly input: CheckInput;
  readonly repository: Repository;
  /** The maintenance jobs that are in nobody's way now, and must stay so. */
  readonly clear: ReadonlySet<MaintenanceKind>;
  readonly simulated: Simulated;
}

/**
 * The first of the candidates that still works when it stands in the policy, by itself and together with the earlier
 * suggestions: backups keep away from maintenance where they can, so one that moves may move them too. Null when
 * none of them does.
 */
export function workingTime(
  subject: Subject,
  kind: MaintenanceKind,
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
  const { backups, maintenance } = placeJobs(
    withTimes(input.policy, repository, times),
    input.deployed,
    input.zones,
  );
  const planned = maintenance.get(repository.name);
  if (planned === undefined) return false;
  const clockwork = maintenanceClockwork(repository);
  const jobs = MAINTENANCE_KINDS.map((kind) => ({ kind, runs: simulated.of(planned[kind], clockwork).runs }));
  const others = [...backups]
    .filter(([{ contract }]) => effectiveSettings(input.policy, contract).repository === repository.name)
    .map(([{ runtime }, schedule]) => simulated.of(schedule, clockworkOf(runtime)).runs);
  const busy = [...new Set(others)];
  const meets = (runs: readonly number[], other: readonly number[]): boolean =>
    firstCollision(runs, other, repository.margin) !== null;
  return jobs.every(({ kind, runs }, index) => {
    if (!times.has(kind) && !clear.has(kind)) return true;
    const rivals = times.has(kind) ? jobs.filter((job) => job.kind !== kind) : jobs.slice(0, index);
    return ![...busy, ...rivals.map((job) => job.runs)].some((other) => meets(runs, other));
  });
}

/** The policy with a repository's maintenance at exactly these times. */
function withTimes(policy: Policy, repository: Repository, times: Suggestions): Policy {
  const own = [...times].reduce<Repository>(
    (made, [kind, schedule]) => ({ ...made, [kind]: { ...made[kind], schedule, spread: 0 } }),
    repository,
  );
  return { ...policy, repositories: policy.repositories.map((each) => (each === repository ? own : each)) };
}
