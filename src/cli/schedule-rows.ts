import { isLight, repositoriesOf, type Job } from '../model/job.js';
import type { BackupPlan } from '../model/plan.js';
import { isoMinute } from '../schedule/civil.js';
import { knownSchedule } from '../schedule/job-schedule.js';
import { analysisFrom, nextRuns, simulate, type Clockwork } from '../schedule/runs.js';
import { intlZones } from '../time/intl-zone.js';

/** One job of `stowage schedule --format json`: part of the interface, so the keys and their order stay. */
export interface JobRow {
  readonly kind: string;
  readonly service: string | null;
  readonly repository: string | null;
  readonly runtime: string | null;
  readonly host: string | null;
  readonly cron: string;
  readonly on_calendar: readonly string[];
  readonly timezone: string;
  /** ISO 8601 in UTC. */
  readonly next: readonly string[];
  /** The longest time between two runs in the next thirteen months: what may be lost at worst. Null for maintenance. */
  readonly worst_case_minutes: number | null;
}

export interface Filter {
  readonly host: string | undefined;
  readonly repository: string | undefined;
}

/** A job and when it runs: what is computed only for the jobs that are shown. */
export interface ScheduledJob extends Omit<JobRow, 'next' | 'worst_case_minutes'> {
  readonly clock: Clockwork;
  /** Saves something, so that what lies between two of its runs may be lost. */
  readonly saves: boolean;
  /** As {@link isLight}. */
  readonly light: boolean;
}

/** Every job of the plan that the filter asks for: by kind, then by service or repository. */
export function jobsOf({ jobs }: BackupPlan, filter: Filter): ScheduledJob[] {
  return jobs
    .map(scheduled)
    .filter(
      ({ host, repository }) =>
        (filter.host === undefined || host === filter.host) &&
        (filter.repository === undefined || repository === filter.repository),
    );
}

function scheduled(job: Job): ScheduledJob {
  const { cron, on_calendar, timezone } = job.schedule;
  return {
    kind: job.kind,
    service: job.service,
    repository: repositoriesOf(job)[0] ?? null,
    runtime: job.runtime ?? (job.place.on === 'host' ? 'systemd' : 'kubernetes'),
    host: job.place.on === 'host' ? job.place.host : null,
    ...{ cron, on_calendar, timezone },
    clock: job.clock,
    saves: job.sources.length > 0,
    light: isLight(job),
  };
}

/** The rows of the jobs, with `count` runs after `at` (minutes from 1970). Equal schedules are computed once. */
export function jobRows(jobs: readonly ScheduledJob[], at: number, count: number): JobRow[] {
  const known = new Map<string, { next: readonly string[]; gap: number }>();
  return jobs.map(({ clock, saves, light: _, ...job }) => {
    const key = `${job.cron} ${job.timezone} ${clock}`;
    let times = known.get(key);
    if (times === undefined) {
      const [schedule, zone] = [knownSchedule(job.cron), intlZones(job.timezone)];
      const next = nextRuns(schedule, zone, at, count, clock).map(isoMinute);
      times = { next, gap: simulate(schedule, zone, clock, analysisFrom(at)).longestGap };
      known.set(key, times);
    }
    return { ...job, next: times.next, worst_case_minutes: saves ? times.gap : null };
  });
}
