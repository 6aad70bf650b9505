import { dateOf } from './civil.js';

const DAY = 1440;

/** `2024-03-31 02:30`: an instant or a wall-clock minute for people. `minutes` counts from 1970. */
export function showMinute(minutes: number): string {
  const days = Math.floor(minutes / DAY);
  const { year, month, day } = dateOf(days);
  const two = (value: number) => String(value).padStart(2, '0');
  const rest = minutes - days * DAY;
  return `${year}-${two(month)}-${two(day)} ${two(Math.floor(rest / 60))}:${two(rest % 60)}`;
}

/** `1d 2h`, and `1h 30m` for 90 minutes. */
export function showDuration(minutes: number): string {
  const parts = [
    [Math.floor(minutes / DAY), 'd'],
    [Math.floor((minutes % DAY) / 60), 'h'],
    [minutes % 60, 'm'],
  ] as const;
  const shown = parts.filter(([value]) => value > 0).map(([value, unit]) => `${value}${unit}`);
  return shown.length === 0 ? '0m' : shown.join(' ');
}
