import { groupBy } from '../lookup/group.js';
import { isExclusive, isLight, type Job } from '../model/job.js';
import { jobIndex } from '../lookup/job-index.js';
import type { RepositoryPlan } from '../model/plan.js';
import { dateOf, weekdayOf } from '../schedule/civil.js';
import { showMinute } from '../schedule/show.js';
import { knownSchedule } from '../schedule/job-schedule.js';
import { nextRuns, runsBetween } from '../schedule/runs.js';
import type { Zone } from '../schedule/zone.js';
import { placementName } from '../targets/protection.js';
import { clashesOf, type WeekJob } from './clashes.js';
import { MONTHS } from './calendar.js';
import { whereOf } from './coverage.js';
import type { PlacedService, ReportBase } from './input.js';
import { compareText } from '../text/compare.js';

const DAY = 1440;
const WEEK = 7 * DAY;
/** More backups than this are shown host by host, more hosts than this all together. */
const MOST_LANES = 24;
/** Starts are counted in steps of so many minutes where a lane holds several jobs. */
const STEP = 30;
/** Height of a lane, in the units of its drawing; its width is in minutes. */
const HEIGHT = 20;
/** A start is drawn this wide, in minutes, so that it can be seen. */
const MARK = 40;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** When, and what, in words. */
  readonly text: string;
  readonly clash: boolean;
}

interface Lane {
  /** `backup`, `load` for many of them, else the kind of job. */
  readonly kind: string;
  readonly label: string;
  readonly note: string;
  /** Numbers of the placements whose jobs it shows; empty for maintenance. */
  readonly places: string;
  readonly marks: readonly Mark[];
  /** Starts on each day of the week, in words: times, or how many. */
  readonly days: readonly { readonly starts: string }[];
}

export interface Timeline {
  readonly repository: string;
  readonly url: string;
  readonly maintainer: string;
  readonly timezone: string;
  /** Numbers of the placements that back up into it. */
  readonly places: string;
  readonly days: readonly { readonly label: string }[];
  readonly lanes: readonly Lane[];
  readonly clashes: readonly string[];
}

/** A week on the clock of a zone: Monday's midnight as minutes of that clock, and the instants around it. */
interface Week {
  readonly zone: Zone;
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

/** The week of the report's moment, repository by repository. */
export function timelines(base: ReportBase): Timeline[] {
  return base.plan.repositories.map((repository) => timeline(base, repository));
}

function timeline(base: ReportBase, repository: RepositoryPlan): Timeline {
  const own = jobIndex(base.plan)
    .ofRepository(repository.name)
    .filter((job) => !isLight(job));
  const timezone = own[0]?.schedule.timezone ?? 'UTC';
  const week = weekOf(base.zones(timezone), base.moment);
  const entries = base.placements
    .filter((placed) => placed.repository === repository)
    .flatMap((placed) => placed.jobs.map((job) => ({ placed, job, runs: runsIn(base, week, job) })));
  const backups = entries.map(({ placed, runs }): WeekJob => {
    return { name: `the backup of ${placed.service.service_id}`, runs };
  });
  const kinds = own.map((job) => ({ job, name: job.kind, runs: runsIn(base, week, job) }));
  const margin = base.margins.get(repository.name) ?? 0;
  const clashes = clashesOf(
    kinds.filter(({ job }) => isExclusive(job)),
    backups,
    margin,
    (run) => shown(week, run),
  );
  const maintenance = kinds.map(({ job, name, runs }): Lane => ({
    kind: name,
    label: name,
    note: noteOf(base, week, job, runs),
    places: '',
    marks: runs.map((run) => mark(week, run, name, clashes.minutes.has(`${name} ${run}`))),
    days: startsOf(week, runs),
  }));
  return {
    repository: repository.name,
    url: repository.url,
    maintainer:
      repository.maintenance.kind === 'host'
        ? `host ${repository.maintenance.host}`
        : `namespace ${repository.maintenance.namespace}`,
    timezone,
    places: idsOf(entries.map(({ placed }) => placed)),
    days: Array.from({ length: 7 }, (_, day) => ({ label: dayLabel(week.start / DAY + day) })),
    lanes: [...backupLanes(base, week, entries), ...maintenance],
    clashes: clashes.texts,
  };
}

/** A backup, where it is, and its runs in the week. */
interface Entry {
  readonly placed: PlacedService;
  readonly job: Job;
  readonly runs: readonly number[];
}

function backupLanes(base: ReportBase, week: Week, entries: readonly Entry[]): Lane[] {
  if (entries.length <= MOST_LANES) {
    return entries.map(({ placed, job, runs }) => {
      return {
        kind: 'backup',
        label: labelOf(placed, job),
        note: runs.length === 0 ? noteOf(base, week, job, runs) : placementName(placed.placement),
        places: String(placed.id),
        marks: runs.map((run) => mark(week, run, placed.service.service_id, false)),
        days: startsOf(week, runs),
      };
    });
  }
  const byHost = groupBy(entries, ({ placed }) => whereOf(placed));
  const pools = byHost.size <= MOST_LANES ? byHost : new Map([['all backups', entries]]);
  return [...pools]
    .sort(([a], [b]) => compareText(a, b))
    .map(([where, pool]) => {
      const runs = pool.flatMap((entry) => entry.runs);
      return {
        kind: 'load',
        label: where,
        note: `${pool.length} jobs`,
        places: idsOf(pool.map(({ placed }) => placed)),
        marks: loadMarks(week, runs),
        days: startsOf(week, runs),
      };
    });
}

/** A service's name, and of its further jobs in a placement what they are. */
function labelOf({ service, jobs }: PlacedService, job: Job): string {
  const name = service.service_id;
  return job === jobs[0] ? name : `${name} (${job.part ?? job.kind})`;
}

/** More starts of one day than this are counted instead of named. */
const MOST_TIMES = 3;

function startsOf(week: Week, runs: readonly number[]): { starts: string }[] {
  const days = groupBy(runs, (run) => Math.floor(minuteOfWeek(week, run) / DAY));
  return Array.from({ length: 7 }, (_, day) => {
    const starts = days.get(day) ?? [];
    const times = starts.map((run) => shown(week, run).slice(4));
    return { starts: starts.length > MOST_TIMES ? `${starts.length} starts` : times.join(', ') };
  });
}

/** Bars: how many backups start in each step of the week. */
function loadMarks(week: Week, runs: readonly number[]): Mark[] {
  const steps = groupBy(runs, (run) => Math.floor(minuteOfWeek(week, run) / STEP));
  const most = Math.max(1, ...[...steps.values()].map(({ length }) => length));
  return [...steps]
    .sort(([a], [b]) => a - b)
    .map(([step, { length }]) => {
      const height = Math.max(2, Math.round((length / most) * HEIGHT));
      const text = `${shownMinute(week, step * STEP)}: ${length} ${length === 1 ? 'start' : 'starts'}`;
      return { x: step * STEP, y: HEIGHT - height, width: STEP, height, text, clash: false };
    });
}

function mark(week: Week, run: number, what: string, clash: boolean): Mark {
  const x = Math.min(minuteOfWeek(week, run), WEEK - MARK);
  return { x, y: 0, width: MARK, height: HEIGHT, text: `${shown(week, run)} ${what}`, clash };
}

function weekOf(zone: Zone, moment: number): Week {
  const day = Math.floor((moment + zone.offsetAt(moment)) / DAY);
  const start = (day - ((weekdayOf(day) + 6) % 7)) * DAY;
  const instant = (local: number): number => local - zone.offsetAt(local - zone.offsetAt(local));
  return { zone, start, from: instant(start), to: instant(start + WEEK) };
}

function runsIn(base: ReportBase, week: Week, { schedule, clock }: Job): number[] {
  const { cron, timezone } = schedule;
  return runsBetween(knownSchedule(cron), base.zones(timezone), week.from, week.to, clock);
}

/** What a lane says of a job: its times, and when it is due next where this week has none. */
function noteOf(base: ReportBase, week: Week, { schedule, clock }: Job, runs: readonly number[]): string {
  if (runs.length > 0) return schedule.cron;
  const [next] = nextRuns(knownSchedule(schedule.cron), base.zones(schedule.timezone), week.to - 1, 1, clock);
  return next === undefined ? schedule.cron : `next ${showMinute(next + week.zone.offsetAt(next))}`;
}

function minuteOfWeek(week: Week, run: number): number {
  return run + week.zone.offsetAt(run) - week.start;
}

/** `Mon 04:15`. */
function shown(week: Week, run: number): string {
  return shownMinute(week, minuteOfWeek(week, run));
}

function shownMinute(week: Week, minute: number): string {
  const time = showMinute(week.start + minute).slice(11);
  return `${WEEKDAYS[weekdayOf(Math.floor((week.start + minute) / DAY))] ?? ''} ${time}`;
}

function dayLabel(day: number): string {
  const { month, day: date } = dateOf(day);
  return `${WEEKDAYS[weekdayOf(day)] ?? ''} ${date} ${MONTHS[month - 1] ?? ''}`;
}

function idsOf(placements: readonly PlacedService[]): string {
  return [...new Set(placements.map(({ id }) => id))].join(' ');
}
