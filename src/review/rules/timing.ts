import { isCheck } from '../../jobs/check/kind.js';
import { isExclusive, type Job } from '../../model/job.js';
import type { JobSchedule } from '../../schedule/job-schedule.js';
import { groupBy } from '../../lookup/group.js';
import { jobIndex, serviceIndex } from '../../lookup/job-index.js';
import { oncePerPlan } from '../../lookup/once-per-plan.js';
import type { BackupPlan, RepositoryPlan } from '../../model/plan.js';
import { firstCollision } from '../../schedule/collisions.js';
import { showDuration, showMinute } from '../../schedule/show.js';
import { placementName } from '../../targets/protection.js';
import { quote, type Finding } from '../finding.js';
import { addressOf, backupPairs, type JobPair, type PlacementPair } from '../match.js';
import type { ReviewInput, Rule } from '../review.js';
import { subject } from './coverage.js';

/** A job that runs less than once in so long is as good as lost. */
const YEAR = 366 * 1440;

const SHARED = { service: null, volume: null, runtime: null, host: null } as const;

function show({ cron, timezone }: JobSchedule): string {
  return `${cron} ${timezone}`;
}

/** Backups: times that move, and above all those that leave more to lose. */
export const backupTimes: Rule = (input) =>
  input.matched.services
    .flatMap(({ placements }) => placements)
    .flatMap((place) => movedJobs(input, place).map((jobs) => ({ ...place, jobs })))
    .map(({ service, after: placement, jobs: { before, after } }): Finding => {
      const { spans, simulated } = input;
      const gap = simulated.of(before.schedule, before.clock).longestGap;
      const later = simulated.of(after.schedule, after.clock).longestGap;
      const shared = {
        ...subject(service.after, placement, null),
        span: spans.setting(service.after, 'schedule', 'every', 'window', 'spread', 'timezone'),
      };
      const where = `${quote(service.id)} on ${placementName(placement)}`;
      // A change of the clocks makes a day an hour longer; that is no matter of the schedule.
      if (later > gap && !isClockChange(gap, later)) {
        return {
          ...shared,
          code: 'STW820',
          severity: 'warning',
          before: `every ${showDuration(gap)} at worst`,
          after: `every ${showDuration(later)} at worst`,
          message: `up to ${showDuration(later)} of data of ${where} may be lost at worst, ${showDuration(gap)} before`,
          hint: 'run it more often if that is too much; `max_age` sets a limit',
        };
      }
      return {
        ...shared,
        code: 'STW841',
        severity: 'info',
        before: show(before.schedule),
        after: show(after.schedule),
        message: `backups of ${where} run at other times`,
        hint: '',
      };
    });

/** Backups of a placement that run at other times; those that move alike are one. */
function movedJobs(input: ReviewInput, place: PlacementPair): JobPair[] {
  const moved = backupPairs(input, place).filter(
    ({ before, after }) => show(before.schedule) !== show(after.schedule),
  );
  const alike = ({ before, after }: JobPair): string => `${show(before.schedule)} ${show(after.schedule)}`;
  return [...new Map(moved.map((pair) => [alike(pair), pair])).values()];
}

function isClockChange(gap: number, later: number): boolean {
  return later - gap <= 60 && gap >= 1380;
}

/** Repositories that nobody looks after any more, or less often, or less thoroughly. */
export const maintenance: Rule = (input) =>
  input.before.plan.repositories.flatMap((before): Finding[] => {
    const after =
      input.repositories.after.get(before.name) ??
      input.after.plan.repositories.find((repository) => addressOf(repository) === addressOf(before));
    const [old, now] = [upkeepOf(input.before.plan, before), upkeepOf(input.after.plan, after)];
    if (after === undefined || (old.length > 0 && now.length === 0)) {
      return [
        unmaintained(input, before, after === undefined ? 'left the policy' : 'is used by nothing any more'),
      ];
    }
    if (now.length === 0) return [];
    return [
      ...now.flatMap((job) => {
        const previous = old.find(({ kind }) => kind === job.kind);
        return previous === undefined ? [] : maintenanceTimes(input, after, previous, job);
      }),
      ...dataCheck(input, before, after),
      ...maintainer(input, before, after),
    ];
  });

function unmaintained({ spans }: ReviewInput, before: RepositoryPlan, how: string): Finding {
  return {
    ...SHARED,
    code: 'STW813',
    severity: 'critical',
    before: `${before.name} (${before.url})`,
    after: null,
    message: `repository ${quote(before.name)} ${how}: nothing forgets, prunes or checks what it holds`,
    hint: 'check it by hand for as long as its snapshots matter; only a repository that something is backed up into has jobs',
    span: spans.repository(before.name),
  };
}

/** What is done with a repository while nobody else may use it. */
function upkeepOf(plan: BackupPlan, repository: RepositoryPlan | undefined): readonly Job[] {
  return repository === undefined ? [] : jobIndex(plan).ofRepository(repository.name).filter(isExclusive);
}

function maintenanceTimes(
  { spans, simulated }: ReviewInput,
  { name }: RepositoryPlan,
  before: Job,
  after: Job,
): Finding[] {
  if (show(before.schedule) === show(after.schedule)) return [];
  const gap = simulated.of(before.schedule, before.clock).longestGap;
  const later = simulated.of(after.schedule, after.clock).longestGap;
  const { kind } = after;
  const shared = {
    ...SHARED,
    before: show(before.schedule),
    after: show(after.schedule),
    span:
      before.schedule.cron === after.schedule.cron
        ? spans.repositoryZone(name)
        : spans.repository(name, kind, ...(isCheck(after) ? ['schedule'] : [])),
  };
  if (later > YEAR && later > gap) {
    return [
      {
        ...shared,
        code: 'STW813',
        severity: 'critical',
        message: `${kind} of ${quote(name)} is as good as gone: it runs once in ${showDuration(later)}`,
        hint: 'let it run every week or every month',
      },
    ];
  }
  const rarer = later > gap && !isClockChange(gap, later) ? `, up to ${showDuration(later)} apart` : '';
  return [
    {
      ...shared,
      code: 'STW841',
      severity: 'info',
      message: `${kind} of ${quote(name)} runs at other times${rarer}`,
      hint: '',
    },
  ];
}

function dataCheck({ spans }: ReviewInput, before: RepositoryPlan, after: RepositoryPlan): Finding[] {
  if (before.read_data_subsets === null || after.read_data_subsets !== null) return [];
  return [
    {
      ...SHARED,
      code: 'STW813',
      severity: 'critical',
      before: `reads the data in ${before.read_data_subsets} parts`,
      after: 'reads no data',
      message: `check of ${quote(after.name)} no longer reads the data: damaged snapshots would show only at a restore`,
      hint: 'set `read_data_subsets`, to as many parts as the repository needs',
      span: spans.repository(after.name, 'check', 'read_data_subsets'),
    },
  ];
}

function maintainer({ spans }: ReviewInput, before: RepositoryPlan, after: RepositoryPlan): Finding[] {
  const name = ({ maintenance: place }: RepositoryPlan) =>
    place.kind === 'host' ? `host ${place.host}` : `namespace ${place.namespace}`;
  if (name(before) === name(after)) return [];
  return [
    {
      ...SHARED,
      code: 'STW844',
      severity: 'info',
      before: name(before),
      after: name(after),
      message: `repository ${quote(after.name)} is maintained in another place`,
      hint: `install there first, then run the installer on ${name(before)}, so that only one place does it`,
      span: spans.repository(after.name, 'maintenance'),
    },
  ];
}

/** Maintenance that was clear of every other job of its repository and no longer is, whichever of them moved. */
export const collisions: Rule = (input) => {
  const { after, spans } = input;
  return after.plan.repositories.flatMap(({ name }) => {
    const margin = after.margins.get(name) ?? 0;
    if (margin === 0) return [];
    const [old, now] = [jobsIn(input.before.plan, name), jobsIn(after.plan, name)];
    return now.upkeep.flatMap((job): Finding[] => {
      const clash = firstClash(input, now, job, margin);
      const previous = old.upkeep.find(({ kind }) => kind === job.kind);
      if (clash === null) return [];
      if (previous !== undefined && firstClash(input, old, previous, margin) !== null) return [];
      const moved = movedBackup(input, clash, previous, job);
      const at: Pick<Finding, 'before' | 'after' | 'span'> = moved ?? {
        before: previous === undefined ? null : show(previous.schedule),
        after: show(job.schedule),
        span: spans.repository(name, job.kind, ...(isCheck(job) ? ['schedule'] : [])),
      };
      return [
        {
          ...SHARED,
          ...at,
          code: 'STW826',
          severity: 'warning',
          message: `${job.kind} of ${quote(name)} is now due within ${showDuration(margin)} of ${clash.name}, for the first time at ${showMinute(clash.at)} UTC`,
          hint: '`stowage validate` names a time that is free',
        },
      ];
    });
  });
};

/** The jobs that lock a repository: those that need it alone, and those that share it. */
interface Lockers {
  readonly upkeep: readonly Job[];
  readonly backups: readonly Job[];
}

function jobsIn(plan: BackupPlan, repository: string): Lockers {
  const users = locking(plan).get(repository) ?? [];
  return {
    upkeep: users.filter((job) => isExclusive(job) && job.service === null),
    backups: users.filter((job) => !isExclusive(job)),
  };
}

const locking = oncePerPlan(({ jobs }) =>
  groupBy(
    jobs.filter(({ locks }) => locks.length > 0),
    ({ locks: [lock] }) => lock?.repository,
  ),
);

/** Where it was the backup that moved, maintenance being due as before: its times, and the key that moved them. */
function movedBackup(
  input: ReviewInput,
  { job }: Clash,
  before: Job | undefined,
  after: Job,
): Pick<Finding, 'before' | 'after' | 'span'> | null {
  const service = serviceIndex(input.after.plan).get(job.service ?? '');
  if (service === undefined || before === undefined || show(before.schedule) !== show(after.schedule)) {
    return null;
  }
  const pair = input.matched.services.find(({ id }) => id === service.service_id);
  const [moved] = (pair?.placements ?? []).flatMap((place) => movedJobs(input, place));
  return {
    before: moved === undefined ? null : show(moved.before.schedule),
    after: show((moved?.after ?? job).schedule),
    span: input.spans.setting(service, 'schedule', 'every', 'window', 'spread', 'timezone'),
  };
}

interface Clash {
  readonly name: string;
  readonly job: Job;
  readonly at: number;
}

/** The earliest run of a maintenance job that another job of its repository comes too near to. */
function firstClash(
  { simulated }: ReviewInput,
  { upkeep, backups }: Lockers,
  job: Job,
  margin: number,
): Clash | null {
  if (backups.length === 0) return null;
  const runsOf = ({ schedule, clock }: Job) => simulated.of(schedule, clock).runs;
  const others = new Map<readonly number[], Omit<Clash, 'at'>>();
  for (const other of [...backups, ...upkeep]) {
    if (other === job || others.has(runsOf(other))) continue;
    const name = isExclusive(other) ? `its ${other.kind}` : `the backup of ${quote(other.service ?? '')}`;
    others.set(runsOf(other), { name, job: other });
  }
  let first: Clash | null = null;
  for (const [due, other] of others) {
    const found = firstCollision(runsOf(job), due, margin);
    if (found !== null && (first === null || found[0] < first.at)) {
      first = { ...other, at: found[0] };
    }
  }
  return first;
}
