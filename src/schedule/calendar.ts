import { formatSet, runsEveryDay, type CronField, type CronSchedule } from './cron.js';

/** systemd's week starts on Monday, so a range may not run across Sunday: Sunday counts as day 7 here. */
const WEEKDAYS = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/**
 * The same times as systemd `OnCalendar=` values (systemd.time(7)). systemd joins weekday and date with AND, cron
 * with OR, so a schedule that restricts both becomes two lines; a timer runs once when both fall together.
 *
 * @param timezone IANA name; becomes the suffix, so that the host's own time zone does not matter.
 */
export function toOnCalendar(schedule: CronSchedule, timezone: string): string[] {
  const time = `${clock(schedule.hour, 24)}:${clock(schedule.minute, 60)}:00 ${timezone}`;
  const month = schedule.month.values.length === 12 ? '*' : formatSet(schedule.month.values, pad, '..');
  const everyDate = schedule.day_of_month.values.length === 31;
  const date = everyDate ? '*' : formatSet(schedule.day_of_month.values, pad, '..');
  const days = schedule.day_of_week.values.map((day) => (day === 0 ? 7 : day)).sort((a, b) => a - b);
  const weekdays = formatSet(days, (day) => WEEKDAYS[day] ?? '', '..');
  const byDate = `*-${month}-${date} ${time}`;
  const byWeekday = `${weekdays} *-${month}-* ${time}`;
  if (runsEveryDay(schedule)) return [`*-*-* ${time}`];
  const { day_of_month, day_of_week } = schedule;
  if (day_of_month.restricted && day_of_week.restricted) {
    if (everyDate || day_of_week.values.length === 7) return [`*-${month}-* ${time}`];
    return [byWeekday, byDate];
  }
  return [day_of_week.restricted && day_of_week.values.length < 7 ? byWeekday : byDate];
}

function clock(field: CronField, size: number): string {
  return field.values.length === size ? '*' : formatSet(field.values, pad, '..');
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
