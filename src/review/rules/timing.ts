import type { JobSchedule, RepositoryPlan, ServicePlan } from '../../plan/plan.js';
import { isMaintained } from '../../plan/maintenance-jobs.js';
import { maintenanceClockwork } from '../../plan/maintenance-times.js';
import { clockworkOf } from '../../plan/schedules.js';
import { firstCollision } from '../../schedule/collisions.js';
import { showDuration, showMinute } from '../../schedule/show.js';
import { placeName } from '../../targets/protection.js';
import { quote, type Finding } from '../finding.js';
import { addressOf } from '../match.js';
import type { ReviewInput, Rule } from '../review.js';
import type { Side } from '../side.js';
import { subject } from './coverage.js';

const KINDS = ['forget', 'prune', 'check'] as const;
type Kind = (typeof KINDS)[number];

/** A job that runs less than once in so long is as good as lost. */
const YEAR = 366 * 1440;

const SHARED = { service: null, volume: null, runtime: null, host: null } as const;

function show({ cron, timezone }: JobSchedule): string {
  return `${cron} ${timezone}`;
}

/** Backups: times that move, and above all those that leave more to lose. */
export const backupTimes: Rule = ({ matched, places, simulated }) =>
  matched.services
    .flatMap(({ placements }) => placements)
    .filter(({ before, after }) => show(before.schedule) !== show(after.schedule))
    .map(({ service, before, after }): Finding => {
      const gap = simulated.of(before.schedule, clockworkOf(before.runtime)).longestGap;
      const later = simulated.of(after.schedule, clockworkOf(after.runtime)).longestGap;
      const shared = {
        ...subject(service.after, after, null),
        span: places.setting(service.after, 'schedule', 'every', 'window', 'spread', 'timezone'),
      };
      const where = `${quote(service.id)} on ${placeName(after)}`;
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

function isClockChange(gap: number, later: number): boolean {
  return later - gap <= 60 && gap >= 1380;
}

/** Repositories that nobody looks after any more, or less often, or less thoroughly. */
export const maintenance: Rule = (input) =>
  input.before.plan.repositories.flatMap((before): Finding[] => {
    const after =
      input.repositories.after.get(before.name) ??
      input.after.plan.repositories.find((repository) => addressOf(repository) === addressOf(before));
    if (after === undefined || (isMaintained(before) && !isMaintained(after))) {
      return [
        unmaintained(input, before, after === undefined ? 'left the policy' : 'is used by nothing any more'),
      ];
    }
    if (!isMaintained(after)) return [];
    return [
      ...KINDS.flatMap((kind) => maintenanceTimes(input, kind, before, after)),
      ...dataCheck(input, before, after),
      ...maintainer(input, before, after),
    ];
  });

function unmaintained({ places }: ReviewInput, before: RepositoryPlan, how: string): Finding {
  return {
    ...SHARED,
    code: 'STW813',
    severity: 'critical',
    before: `${before.name} (${before.url})`,
    after: null,
    message: `repository ${quote(before.name)} ${how}: nothing forgets, prunes or checks what it holds`,
    hint: 'check it by hand for as long as its snapshots matter; only a repository that something is backed up into has jobs',
    span: places.repository(before.name),
  };
}

function maintenanceTimes(
  { places, simulated }: ReviewInput,
  kind: Kind,
  before: RepositoryPlan,
  after: RepositoryPlan,
): Finding[] {
  if (show(before[kind]) === show(after[kind])) return [];
  const gap = simulated.of(before[kind], maintenanceClockwork(before)).longestGap;
  const later = simulated.of(after[kind], maintenanceClockwork(after)).longestGap;
  const shared = {
    ...SHARED,
    before: show(before[kind]),
    after: show(after[kind]),
    span:
      before[kind].cron === after[kind].cron
        ? places.repositoryZone(after.name)
        : places.repository(after.name, kind, ...(kind === 'check' ? ['schedule'] : [])),
  };
  if (later > YEAR && later > gap) {
    return [
      {
        ...shared,
        code: 'STW813',
        severity: 'critical',
        message: `${kind} of ${quote(after.name)} is as good as gone: it runs once in ${showDuration(later)}`,
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
      message: `${kind} of ${quote(after.name)} runs at other times${rarer}`,
      hint: '',
    },
  ];
}

function dataCheck({ places }: ReviewInput, before: RepositoryPlan, after: RepositoryPlan): Finding[] {
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
      span: places.repository(after.name, 'check', 'read_data_subsets'),
    },
  ];
}

function maintainer({ places }: ReviewInput, before: RepositoryPlan, after: RepositoryPlan): Finding[] {
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
      span: places.repository(after.name, 'maintenance'),
    },
  ];
}

/** Maintenance that was clear of every other job of its repository and no longer is, whichever of them moved. */
export const collisions: Rule = (input) =>
  input.after.plan.repositories.flatMap((repository) => {
    const margin = input.after.margins.get(repository.name) ?? 0;
    const before = input.repositories.before.get(repository.name);
    if (margin === 0) return [];
    return KINDS.flatMap((kind): Finding[] => {
      const clash = firstClash(input, input.after, repository, kind, margin);
      if (clash === null) return [];
      if (before !== undefined && firstClash(input, input.before, before, kind, margin) !== null) return [];
      const moved = movedBackup(input, clash, before?.[kind], repository[kind]);
      const at: Pick<Finding, 'before' | 'after' | 'span'> = moved ?? {
        before: before === undefined ? null : show(before[kind]),
        after: show(repository[kind]),
        span: input.places.repository(repository.name, kind, ...(kind === 'check' ? ['schedule'] : [])),
      };
      return [
        {
          ...SHARED,
          ...at,
          code: 'STW826',
          severity: 'warning',
          message: `${kind} of ${quote(repository.name)} is now due within ${showDuration(margin)} of ${clash.name}, for the first time at ${showMinute(clash.at)} UTC`,
          hint: '`stowage validate` names a time that is free',
        },
      ];
    });
  });

/** Where it was the backup that moved, maintenance being due as before: its times, and the key that moved them. */
function movedBackup(
  { places, matched }: ReviewInput,
  { service }: Clash,
  before: JobSchedule | undefined,
  after: JobSchedule,
): Pick<Finding, 'before' | 'after' | 'span'> | null {
  if (service === null || before === undefined || show(before) !== show(after)) return null;
  const pair = matched.services.find(({ id }) => id === service.service_id);
  const [place] = (pair?.placements ?? []).filter(
    (candidate) => show(candidate.before.schedule) !== show(candidate.after.schedule),
  );
  return {
    before: place === undefined ? null : show(place.before.schedule),
    after: show((place?.after ?? service.placements[0])?.schedule ?? after),
    span: places.setting(service, 'schedule', 'every', 'window', 'spread', 'timezone'),
  };
}

interface Clash {
  readonly name: string;
  /** Whose backup it is; null for maintenance. */
  readonly service: ServicePlan | null;
  readonly at: number;
}

/** The earliest run of a maintenance job that another job of its repository comes too near to. */
function firstClash(
  { simulated }: ReviewInput,
  { plan }: Side,
  repository: RepositoryPlan,
  kind: Kind,
  margin: number,
): Clash | null {
  const work = maintenanceClockwork(repository);
  const { runs } = simulated.of(repository[kind], work);
  const others = new Map<readonly number[], Omit<Clash, 'at'>>();
  for (const service of plan.services) {
    if (service.repository !== repository.name) continue;
    for (const { runtime, schedule } of service.placements) {
      const due = simulated.of(schedule, clockworkOf(runtime)).runs;
      if (!others.has(due)) {
        others.set(due, { name: `the backup of ${quote(service.service_id)}`, service });
      }
    }
  }
  if (others.size === 0) return null;
  for (const other of KINDS) {
    if (other !== kind) {
      others.set(simulated.of(repository[other], work).runs, { name: `its ${other}`, service: null });
    }
  }
  let first: Clash | null = null;
  for (const [due, other] of others) {
    const found = firstCollision(runs, due, margin);
    if (found !== null && (first === null || found[0] < first.at)) {
      first = { ...other, at: found[0] };
    }
  }
  return first;
}
