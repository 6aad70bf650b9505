import { formatCron, type CronSchedule } from './cron.js';

/**
 * Whether crons disagree about an expression: a day field that begins with a star and a step is restricted for
 * robfig/cron (Kubernetes), so that the other day field is joined with OR; Vixie cron sees the star and joins with
 * AND. Returns the unambiguous spelling of the meaning that holds here, else null.
 */
export function ambiguousDays(text: string, schedule: CronSchedule): string | null {
  const [, , date = '', , weekday = ''] = text.trim().split(/\s+/);
  const { day_of_month, day_of_week } = schedule;
  if (!day_of_month.restricted || !day_of_week.restricted) return null;
  return date.startsWith('*') || weekday.startsWith('*') ? formatCron(schedule) : null;
}
