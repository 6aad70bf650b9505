import { isForget } from '../jobs/forget/kind.js';
import { count } from '../diagnostics/format-text.js';
import { groupBy } from '../lookup/group.js';
import type { Job } from '../model/job.js';
import { jobIndex } from '../lookup/job-index.js';
import { snapshotLives, type Lifetime } from '../retention/simulate.js';
import { longestReach } from '../retention/reach.js';
import { retentionText } from '../retention/text.js';
import { dateOf, dayNumber } from '../schedule/civil.js';
import { knownSchedule } from '../schedule/job-schedule.js';
import { runsBetween } from '../schedule/runs.js';
import type { PlacedService, ReportBase } from './input.js';

const DAY = 1440;
/** How many days back from the report's moment can be looked at. */
export const LOOK_BACK = 56;
/** Snapshots of more runs than this are not followed: ever rarer ones could only come from years of hourly backups. */
const MOST_RUNS = 20_000;
/** Months in a row; older ones only where they hold something. */
const MONTHS_SHOWN = 14;
const SCHEDULES_SHOWN = 2;

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Snapshots of one day that come and go together: `[age, first, last, count]`, all but the count in days back from the moment. */
type Life = readonly [age: number, newest_view: number, oldest_view: number, count: number];

interface CalendarMonth {
  readonly label: string;
  /** Age of its first day. */
  readonly first_age: number;
  /** 31; `void` where the month has no such day, or it is yet to come. */
  readonly days: readonly { readonly count: number; readonly exists: boolean; readonly is_void: boolean }[];
}

/** Services whose snapshots live alike. */
interface RetentionClass {
  readonly number: number;
  readonly rules: string;
  readonly timezone: string;
  /** The day of the report's moment there, from 1970-01-01. */
  readonly today: number;
  /** The first of its schedules, how many more there are (`2 other times`, or nothing), and when forget runs. */
  readonly crons: readonly string[];
  readonly more_crons: string;
  readonly forget: string;
  readonly services: readonly string[];
  readonly places: string;
  readonly total: number;
  readonly oldest: string;
  /** Days with snapshots, newest first. */
  readonly dates: readonly { readonly date: string; readonly count: number; readonly several: boolean }[];
  readonly months: readonly CalendarMonth[];
  readonly lives: readonly Life[];
}

export interface Calendar {
  readonly classes: readonly RetentionClass[];
  /** Services whose snapshots an operator keeps, by rules of its own. */
  readonly elsewhere: readonly string[];
}

/** A backup, where it is, and the job that forgets what it makes. */
interface Backup {
  readonly placed: PlacedService;
  readonly job: Job;
  readonly forget: Job | null;
}

/** Which snapshots exist on the day of the report, and on those before it, when every job does what it should. */
export function calendar(base: ReportBase): Calendar {
  const index = jobIndex(base.plan);
  const backups = base.placements.flatMap((placed): Backup[] => {
    const forget = index.ofRepository(placed.repository.name).find(isForget) ?? null;
    return placed.jobs.map((job) => ({ placed, job, forget }));
  });
  const isOurs = ({ job }: Backup): boolean => job.snapshot?.forgotten_by === 'forget-job';
  const groups = groupBy(backups.filter(isOurs), ({ job: { service, snapshot } }) =>
    JSON.stringify([service, snapshot?.host, snapshot?.tags]),
  );
  const known = new Map<string, readonly Life[]>();
  const followed = [...groups.values()].map((members) => {
    const key = JSON.stringify([timesOf(members), zoneOf(members)]);
    const lives = known.get(key) ?? livesOf(base, members);
    known.set(key, lives);
    return { members, lives, zone: zoneOf(members) };
  });
  const alike = groupBy(followed, ({ members, lives, zone }) =>
    JSON.stringify([rulesOf(members), zone, lives]),
  );
  const classes = [...alike.values()].flatMap((members, index): RetentionClass[] => {
    const [first] = members;
    if (first === undefined) return [];
    const all = members.flatMap((group) => group.members);
    return [describeClass(base, index + 1, all, first.lives, first.zone)];
  });
  return {
    classes,
    elsewhere: [
      ...new Set(backups.filter((backup) => !isOurs(backup)).map(({ placed }) => placed.service.service_id)),
    ],
  };
}

function rulesOf([backup]: readonly Backup[]): string {
  return backup === undefined ? '' : retentionText(backup.placed.service.retention);
}

/** Everything that decides about the lives of a group's snapshots. */
function timesOf(backups: readonly Backup[]): unknown {
  const [first] = backups;
  const when = (job: Job | null | undefined) => [job?.schedule.cron, job?.schedule.timezone, job?.clock];
  return [backups.map(({ job }) => when(job)), first?.placed.service.retention, when(first?.forget)];
}

/** Pods have no time zone but UTC; of a host we take that it lives where its backups are scheduled. */
function zoneOf([backup]: readonly Backup[]): string {
  return backup === undefined || backup.job.place.on === 'cluster' ? 'UTC' : backup.job.schedule.timezone;
}

function livesOf(base: ReportBase, backups: readonly Backup[]): Life[] {
  const [first] = backups;
  if (first?.forget == null) return [];
  const { zones, moment, simulated } = base;
  const { forget, placed } = first;
  const { retention } = placed.service;
  const start = moment - LOOK_BACK * DAY;
  const gap = Math.max(...backups.map(({ job }) => simulated.of(job.schedule, job.clock).longestGap));
  const runsOf = ({ schedule, clock }: Job, from: number): number[] =>
    runsBetween(knownSchedule(schedule.cron), zones(schedule.timezone), from, moment + 1, clock);
  const history = start - longestReach(retention, gap);
  const runs = backups
    .flatMap(({ job }) => runsOf(job, history))
    .sort((a, b) => a - b)
    .slice(-MOST_RUNS);
  // One forget leaves what many would have left, so those before the days that are shown need not be played.
  const forgets = runsOf(forget, start - simulated.of(forget.schedule, forget.clock).longestGap);
  const zone = zones(zoneOf(backups));
  return compress(snapshotLives(runs, forgets, retention, zone), base, (minute) =>
    Math.floor((minute + zone.offsetAt(minute)) / DAY),
  );
}

function compress(
  lives: readonly Lifetime[],
  { moment }: ReportBase,
  dayOf: (minute: number) => number,
): Life[] {
  const today = dayOf(moment);
  const found = new Map<string, Life>();
  for (const { taken, removed } of lives) {
    const newest = removed === null || removed > moment ? 0 : Math.floor((moment - removed) / DAY) + 1;
    const oldest = Math.min(LOOK_BACK, Math.floor((moment - taken) / DAY));
    if (newest > oldest) continue;
    const age = today - dayOf(taken);
    const key = `${age} ${newest} ${oldest}`;
    found.set(key, [age, newest, oldest, (found.get(key)?.[3] ?? 0) + 1]);
  }
  return [...found.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
}

function describeClass(
  { zones, moment }: ReportBase,
  number: number,
  backups: readonly Backup[],
  lives: readonly Life[],
  timezone: string,
): RetentionClass {
  const today = Math.floor((moment + zones(timezone).offsetAt(moment)) / DAY);
  const crons = [...new Set(backups.map(({ job }) => job.schedule.cron))];
  const more = crons.length - SCHEDULES_SHOWN;
  const counts = new Map<number, number>();
  for (const [age, newest, , many] of lives) {
    if (newest === 0) counts.set(age, (counts.get(age) ?? 0) + many);
  }
  const dates = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([age, many]) => ({ date: dateText(today - age), count: many, several: many > 1 }));
  return {
    number,
    rules: rulesOf(backups),
    timezone,
    today,
    crons: crons.slice(0, SCHEDULES_SHOWN),
    more_crons: more > 0 ? count(more, 'other time') : '',
    forget: [...new Set(backups.flatMap(({ forget }) => forget?.schedule.cron ?? []))].join(', '),
    services: [...new Set(backups.map(({ placed }) => placed.service.service_id))],
    places: [...new Set(backups.map(({ placed }) => placed.id))].join(' '),
    total: dates.reduce((sum, date) => sum + date.count, 0),
    oldest: dates.at(-1)?.date ?? '',
    dates,
    months: monthsOf(today, new Set(lives.map(([age]) => age)), counts),
    lives,
  };
}

function monthsOf(
  today: number,
  ages: ReadonlySet<number>,
  counts: ReadonlyMap<number, number>,
): CalendarMonth[] {
  const { year, month } = dateOf(today);
  const oldest = dateOf(today - Math.max(0, ...ages));
  const span = (year - oldest.year) * 12 + month - oldest.month + 1;
  return Array.from({ length: span }, (_, back): CalendarMonth => {
    const index = year * 12 + month - 1 - back;
    const at = { year: Math.floor(index / 12), month: (index % 12) + 1 };
    const first = dayNumber({ ...at, day: 1 });
    const days = Array.from({ length: 31 }, (_unused, day) => {
      const many = counts.get(today - first - day) ?? 0;
      const is_void = first + day > today || dateOf(first + day).month !== at.month;
      return { count: many, exists: many > 0, is_void };
    });
    return { label: `${MONTHS[at.month - 1] ?? ''} ${at.year}`, first_age: today - first, days };
  }).filter(
    ({ first_age }, back) =>
      back < MONTHS_SHOWN ||
      Array.from({ length: 31 }, (_, day) => first_age - day).some((age) => ages.has(age)),
  );
}

/** `2025-01-31`. */
function dateText(days: number): string {
  const { year, month, day } = dateOf(days);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}`;
}
