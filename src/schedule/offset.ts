import { createHash } from 'node:crypto';
import { runsEveryDay, type CronField, type CronSchedule } from './cron.js';

const MINUTES_PER_DAY = 24 * 60;

/**
 * How many different whole-minute offsets a schedule can take inside `spread` and still be one cron line that runs
 * on the same days, as often, and never past its own next run.
 *
 * - Several minutes in an hour: every one of them must stay in its hour.
 * - Days restricted: the last run of the day must stay in its day.
 */
export function offsetRoom(schedule: CronSchedule, spread: number): number {
  const minutes = schedule.minute.values;
  const lastMinute = minutes[minutes.length - 1] ?? 0;
  const lastHour = schedule.hour.values[schedule.hour.values.length - 1] ?? 0;
  const limits = [Math.max(1, spread), smallestGap(schedule)];
  if (minutes.length > 1) limits.push(60 - lastMinute);
  if (!runsEveryDay(schedule)) limits.push(MINUTES_PER_DAY - (lastHour * 60 + lastMinute));
  return Math.max(1, Math.min(...limits));
}

/** Minutes between the two closest runs of a day, the turn of the day included. */
export function smallestGap(schedule: CronSchedule): number {
  const times = schedule.hour.values.flatMap((hour) =>
    schedule.minute.values.map((minute) => hour * 60 + minute),
  );
  let gap = MINUTES_PER_DAY;
  for (const [index, time] of times.entries()) {
    const next = times[index + 1] ?? (times[0] ?? 0) + MINUTES_PER_DAY;
    gap = Math.min(gap, next - time);
  }
  return gap;
}

/**
 * The service's own offset: a stable hash of who and where, so that adding or removing a service moves no other.
 *
 * @param room number of possible offsets, from {@link offsetRoom}
 * @returns minutes, 0 to room - 1
 */
export function stableOffset(key: readonly string[], room: number): number {
  const digest = createHash('sha256').update(key.join('\0')).digest();
  return digest.readUIntBE(0, 6) % room;
}

/** The schedule, `minutes` later; `minutes` must be less than {@link offsetRoom}. */
export function shiftSchedule(schedule: CronSchedule, minutes: number): CronSchedule {
  if (minutes === 0) return schedule;
  const minuteValues = schedule.minute.values;
  if (minuteValues.length > 1) {
    return { ...schedule, minute: restricted(minuteValues.map((minute) => minute + minutes)) };
  }
  const total = (minuteValues[0] ?? 0) + minutes;
  const hours = schedule.hour.values.map((hour) => (hour + Math.floor(total / 60)) % 24);
  return { ...schedule, minute: restricted([total % 60]), hour: restricted(hours) };
}

function restricted(values: readonly number[]): CronField {
  return { values: [...values].sort((a, b) => a - b), restricted: true };
}
