import type { JobSchedule } from '../plan/plan.js';
import { toOnCalendar } from './calendar.js';
import { formatCron, parseCron } from './cron.js';
import { offsetRoom, shiftSchedule, stableOffset } from './offset.js';

/**
 * One job's times in every scheduler's language.
 *
 * @param expression a valid cron expression or alias (loading has checked it; anything else is a bug and throws)
 * @param spread minutes; 0 for exactly the given times
 * @param key who and where: decides the offset inside `spread`
 */
export function jobSchedule(
  expression: string,
  timezone: string,
  spread: number,
  key: readonly string[],
): JobSchedule {
  const parsed = parseCron(expression);
  if ('error' in parsed) throw new Error(`schedule \`${expression}\`: ${parsed.error}`);
  const offset = stableOffset(key, offsetRoom(parsed.schedule, spread));
  const schedule = shiftSchedule(parsed.schedule, offset);
  return {
    cron: formatCron(schedule),
    on_calendar: toOnCalendar(schedule, timezone),
    timezone,
    offset_minutes: offset,
  };
}
