import { toOnCalendar } from './calendar.js';
import { formatCron, parseCron, type CronSchedule } from './cron.js';
import { shiftSchedule } from './offset.js';

/** When a job runs: the same times in the two languages that schedulers speak. */
export interface JobSchedule {
  /** Five-field cron expression, offset applied, canonical spelling. */
  readonly cron: string;
  /** systemd `OnCalendar=` lines, time zone included. */
  readonly on_calendar: readonly string[];
  readonly timezone: string;
  /** Minutes added to the expression that the policy or contract gives. */
  readonly offset_minutes: number;
}

/** A valid expression or alias as a schedule. Loading has checked it; anything else is a bug and throws. */
export function knownSchedule(expression: string): CronSchedule {
  const parsed = parseCron(expression);
  if ('error' in parsed) throw new Error(`schedule \`${expression}\`: ${parsed.error}`);
  return parsed.schedule;
}

/** One job's times in every scheduler's language, `offset` minutes after those that the expression names. */
export function scheduleAt(expression: string, timezone: string, offset: number): JobSchedule {
  const schedule = shiftSchedule(knownSchedule(expression), offset);
  return {
    cron: formatCron(schedule),
    on_calendar: toOnCalendar(schedule, timezone),
    timezone,
    offset_minutes: offset,
  };
}
