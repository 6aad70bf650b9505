import type { BackupSettings } from '../model/contract.js';
import { cronOfInterval, cronOfWindow, INTERVAL_NAMES, parseWindow } from '../schedule/spellings.js';
import { asText } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import type { Mapping } from '../source/yaml-values.js';
import { parseDuration } from './duration.js';

const DAY = 1440;
/** The largest offset that a service gets inside an interval, unless `spread` says otherwise. */
const USUAL_SPREAD = 90;

/** `spread` is left out where one is written. */
type Friendly = Pick<BackupSettings, 'schedule'> & Partial<Pick<BackupSettings, 'spread'>>;

/**
 * `every` and `window`, as the `schedule` and `spread` that they stand for. A window is a daily run at its start with
 * its length for a spread, so that every run starts inside it; with `every: 7d` it is one on Sundays. Null when
 * neither is given, or what is given is reported.
 */
export function readFriendlySchedule(findings: Findings, given: Mapping, pointer: Pointer): Friendly | null {
  const every = asText(given.every);
  const windowText = asText(given.window);
  if (every === null && windowText === null) return null;
  const key = every === null ? 'window' : 'every';
  const rival =
    given.schedule !== undefined
      ? 'schedule'
      : windowText !== null && given.spread !== undefined
        ? 'spread'
        : null;
  if (rival !== null) {
    const name = rival === 'spread' ? 'window' : key;
    findings.error('STW701', [...pointer, name], `\`${name}\` and \`${rival}\` say the same thing twice`, {
      part: 'key',
      hint: `keep one of them${rival === 'spread' ? '; the length of the window is the spread' : ''}`,
    });
    return null;
  }
  const interval = every === null ? DAY : readInterval(findings, every, [...pointer, 'every']);
  if (interval === null) return null;
  if (windowText === null) {
    const schedule = cronOfInterval(interval) ?? '';
    return given.spread === undefined ? { schedule, spread: Math.min(interval, USUAL_SPREAD) } : { schedule };
  }
  return readWindow(findings, windowText, interval, [...pointer, 'window']);
}

function readInterval(findings: Findings, text: string, pointer: Pointer): number | null {
  const minutes = parseDuration(text);
  if (minutes === null) return null; // The schema has reported it.
  if (cronOfInterval(minutes) !== null) return minutes;
  findings.error('STW702', pointer, `\`${text}\` does not fit evenly into an hour, a day or a week`, {
    hint: `the intervals are ${INTERVAL_NAMES}; write a \`schedule\` for others`,
  });
  return null;
}

function readWindow(findings: Findings, text: string, interval: number, pointer: Pointer): Friendly | null {
  const window = parseWindow(text);
  if (window === null) {
    findings.error('STW703', pointer, `\`${text}\` is not a window of the day`, {
      hint: 'write it as `"01:00-05:00"`, in quotes; it may pass midnight',
    });
    return null;
  }
  if (window.length === 0) {
    findings.error('STW703', pointer, `the window \`${text}\` is empty: it ends when it begins`, {
      hint: 'name a later end; `00:00-24:00` is the whole day',
    });
    return null;
  }
  if (interval < DAY) {
    findings.error('STW703', pointer, 'a window has one run a day, so `every` cannot be shorter than that', {
      hint: 'leave one of them out, or write a `schedule`',
    });
    return null;
  }
  return { schedule: cronOfWindow(window, interval > DAY), spread: window.length };
}
