import type { BackupPlan, JobSchedule } from '../plan/plan.js';
import { maintenanceOf } from '../plan/maintenance-jobs.js';
import { maintenanceClockwork, type MaintenanceKind } from '../plan/maintenance-times.js';
import { clockworkOf } from '../plan/schedules.js';
import { isoMinute } from '../schedule/civil.js';
import { knownSchedule } from '../schedule/job-schedule.js';
import { analysisFrom, nextRuns, simulate, type Clockwork } from '../schedule/runs.js';
import { intlZones } from '../time/intl-zone.js';

/** One job of `stowage schedule --format json`: part of the interface, so the keys and their order stay. */
export interface JobRow {
  readonly kind: 'backup' | MaintenanceKind;
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
export interface Job extends Omit<JobRow, 'next' | 'worst_case_minutes'> {
  readonly clockwork: Clockwork;
}

/** Every job of the plan that the filter asks for: backups by service, then maintenance by repository. */
export function jobsOf(plan: BackupPlan, filter: Filter): Job[] {
  const times = ({ cron, on_calendar, timezone }: JobSchedule) => ({ cron, on_calendar, timezone });
  const backups = plan.services.flatMap((service) =>
    service.placements.map(({ runtime, host, schedule }): Job => ({
      kind: 'backup',
      service: service.service_id,
      repository: service.repository,
      runtime,
      host,
      ...times(schedule),
      clockwork: clockworkOf(runtime),
    })),
  );
  const maintenance = plan.repositories.flatMap((repository) =>
    maintenanceOf(repository).map((kind): Job => ({
      kind,
      service: null,
      repository: repository.name,
      runtime: repository.maintenance.kind === 'host' ? 'systemd' : 'kubernetes',
      host: repository.maintenance.kind === 'host' ? repository.maintenance.host : null,
      ...times(repository[kind]),
      clockwork: maintenanceClockwork(repository),
    })),
  );
  return [...backups, ...maintenance].filter(
    (job) =>
      (filter.host === undefined || job.host === filter.host) &&
      (filter.repository === undefined || job.repository === filter.repository),
  );
}

/** The rows of the jobs, with `count` runs after `at` (minutes from 1970). Equal schedules are computed once. */
export function jobRows(jobs: readonly Job[], at: number, count: number): JobRow[] {
  const known = new Map<string, { next: readonly string[]; gap: number }>();
  return jobs.map(({ clockwork, ...job }) => {
    const key = `${job.cron} ${job.timezone} ${clockwork}`;
    let times = known.get(key);
    if (times === undefined) {
      const [schedule, zone] = [knownSchedule(job.cron), intlZones(job.timezone)];
      const next = nextRuns(schedule, zone, at, count, clockwork).map(isoMinute);
      times = { next, gap: simulate(schedule, zone, clockwork, analysisFrom(at)).longestGap };
      known.set(key, times);
    }
    return { ...job, next: times.next, worst_case_minutes: job.kind === 'backup' ? times.gap : null };
  });
}
