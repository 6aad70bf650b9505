/** Friendlier spellings than cron: `every: 6h` and `window: "01:00-05:00"`. Both become a cron expression. */

const DAY = 1440;
/** Intervals that fit evenly into an hour or a day, so that every runtime can keep them. */
const INTERVALS = [5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, DAY, 7 * DAY];

/** The cron expression of an interval in minutes; null for one that does not fit evenly into an hour, day or week. */
export function cronOfInterval(minutes: number): string | null {
  if (!INTERVALS.includes(minutes)) return null;
  if (minutes < 60) return `*/${minutes} * * * *`;
  if (minutes === 60) return '0 * * * *';
  if (minutes < DAY) return `0 */${minutes / 60} * * *`;
  return minutes === DAY ? '0 0 * * *' : '0 0 * * 0';
}

/** The intervals there are, for messages. */
export const INTERVAL_NAMES = '5m, 10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h, 12h, 1d, 7d';

/** A part of the day: it begins `start` minutes after midnight and lasts `length` minutes, past midnight perhaps. */
export interface DayWindow {
  readonly start: number;
  readonly length: number;
}

/** Reads `HH:MM-HH:MM`. A length of 0 is an empty window; null is no window at all. */
export function parseWindow(text: string): DayWindow | null {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]?\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text.trim());
  if (match === null) return null;
  const [, fromHour = '0', fromMinute = '0', toHour = '24', toMinute = '0'] = match;
  const start = Number(fromHour) * 60 + Number(fromMinute);
  const end = Number(toHour) * 60 + Number(toMinute);
  return { start, length: (end - start + DAY) % DAY || (end === DAY && start === 0 ? DAY : 0) };
}

/** The daily or weekly run at the start of a window. */
export function cronOfWindow(window: DayWindow, weekly: boolean): string {
  return `${window.start % 60} ${Math.floor(window.start / 60)} * * ${weekly ? '0' : '*'}`;
}
