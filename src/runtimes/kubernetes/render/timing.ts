import { type JobSchedule, knownSchedule } from '../../../schedule/job-schedule.js';
import { simulate, SIMULATION } from '../../../schedule/runs.js';
import { intlZones } from '../../../time/intl-zone.js';

/**
 * How late a run may still start, in seconds. The CronJob controller gives up for good on a job that has missed more
 * than 100 starts inside this window, so one that runs several times an hour gets a shorter one.
 */
export function startingDeadline(cron: string): number {
  return knownSchedule(cron).minute.values.length > 1 ? 3600 : 6 * 3600;
}

/** Minutes between the two runs of a schedule that lie furthest apart. */
export function longestGap({ cron, timezone }: Pick<JobSchedule, 'cron' | 'timezone'>): number {
  return simulate(knownSchedule(cron), intlZones(timezone), 'kubernetes', SIMULATION).longestGap;
}

/** The schedule with plain lists only: VolSync's `trigger.schedule` takes no list that holds a range. */
export function plainCron(cron: string): string {
  const { minute, hour, day_of_month, month, day_of_week } = knownSchedule(cron);
  return [minute, hour, day_of_month, month, day_of_week]
    .map((field) => (field.restricted ? field.values.join(',') : '*'))
    .join(' ');
}
