import type { BackupSettings, Retention, RunAs } from '../model/contract.js';
import { KEEP_COUNTS, KEEP_SPANS } from '../retention/options.js';
import { CRON_HINT, parseCron } from '../schedule/cron.js';
import { asInteger, asMapping, asText, asTexts } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { readMaxShrink } from '../source/max-shrink.js';
import type { Mapping } from '../source/yaml-values.js';
import { parseDuration } from './duration.js';
import { readFriendlySchedule } from './friendly-schedule.js';

/** Longest offset window: beyond a week, the next weekly run would begin before the last. */
const MAX_SPREAD = 7 * 1440;
const MAX_TIMEOUT = 31 * 1440;
/** Longest `max_age` and its like. */
export const MAX_AGE = 10 * 366 * 1440;

/**
 * Reads the settings that `defaults` of the policy and `backup` of a contract share; only the keys that are given.
 * Types are the schema's business; this checks what a schema cannot say.
 */
export function readSettings(findings: Findings, given: Mapping, pointer: Pointer): Partial<BackupSettings> {
  const settings: { -readonly [Key in keyof BackupSettings]?: BackupSettings[Key] } = {};
  const repository = asText(given.repository);
  if (repository !== null) settings.repository = repository;
  const schedule = readCron(findings, given.schedule, [...pointer, 'schedule']);
  if (schedule !== null) settings.schedule = schedule;
  const friendly = readFriendlySchedule(findings, given, pointer);
  if (friendly !== null) Object.assign(settings, friendly);
  const timezone = readTimezone(findings, given.timezone, [...pointer, 'timezone']);
  if (timezone !== null) settings.timezone = timezone;
  const spread = readMinutes(findings, given.spread, [...pointer, 'spread'], { min: 0, max: MAX_SPREAD });
  if (spread !== null) settings.spread = spread;
  const maxAge = readMinutes(findings, given.max_age, [...pointer, 'max_age'], { min: 1, max: MAX_AGE });
  if (maxAge !== null) settings.max_age = maxAge;
  const timeout = readMinutes(findings, given.timeout, [...pointer, 'timeout'], {
    min: 1,
    max: MAX_TIMEOUT,
  });
  if (timeout !== null) settings.timeout = timeout;
  const lock = readMinutes(findings, given.retry_lock, [...pointer, 'retry_lock'], {
    min: 0,
    max: MAX_TIMEOUT,
  });
  if (lock !== null) settings.retry_lock = lock;
  if (given.retention !== undefined) {
    const retention = readRetention(findings, asMapping(given.retention), [...pointer, 'retention']);
    if (retention !== null) settings.retention = retention;
  }
  if (given.exclude !== undefined) settings.exclude = asTexts(given.exclude);
  if (typeof given.accept_incomplete === 'boolean') settings.accept_incomplete = given.accept_incomplete;
  const shrink = readMaxShrink(given.max_shrink);
  if (shrink !== null) settings.max_shrink = shrink;
  const runAs = readRunAs(given.run_as);
  if (runAs !== null) settings.run_as = runAs;
  return settings;
}

function readRunAs(value: unknown): RunAs | null {
  return value === 'restic' || value === 'root' ? value : asInteger(value);
}

/** A cron expression or alias as written, once it is known to be valid; null when absent or reported. */
export function readCron(findings: Findings, value: unknown, pointer: Pointer): string | null {
  const text = asText(value);
  if (text === null || text === '') return null;
  const result = parseCron(text);
  if (!('error' in result)) return text;
  findings.error('STW212', pointer, result.error, { within: result, of: text, hint: CRON_HINT });
  return null;
}

/** An IANA time zone in its own spelling; systemd and Kubernetes compare letter by letter. */
export function readTimezone(findings: Findings, value: unknown, pointer: Pointer): string | null {
  const text = asText(value);
  if (text === null || text === '') return null;
  const known = knownTimezone(text);
  if (known === text) return text;
  const hint =
    known === null ? 'use an IANA name such as `Europe/Berlin` or `UTC`' : `did you mean \`${known}\`?`;
  findings.error('STW211', pointer, `\`${text}\` is not a time zone`, { hint });
  return null;
}

/** Answers of {@link knownTimezone}: the engine takes its time over each. */
const KNOWN_ZONES = new Map<string, string | null>();

/** The name itself, its right capitals, or null for no time zone. */
function knownTimezone(text: string): string | null {
  const known = KNOWN_ZONES.get(text);
  if (known !== undefined) return known;
  const answer = askForTimezone(text);
  KNOWN_ZONES.set(text, answer);
  return answer;
}

function askForTimezone(text: string): string | null {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(text)) return null;
  try {
    const canonical = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    return canonical.toLowerCase() === text.toLowerCase() ? canonical : text;
  } catch {
    return null;
  }
}

/** A duration in minutes; null when absent or reported. */
export function readMinutes(
  findings: Findings,
  value: unknown,
  pointer: Pointer,
  range: { min: number; max: number },
): number | null {
  const text = asText(value);
  const minutes = text === null ? null : parseDuration(text);
  if (minutes === null || (minutes >= range.min && minutes <= range.max)) return minutes;
  const name = String(pointer.at(-1));
  const limit = minutes < range.min ? `at least ${range.min}m` : `at most ${range.max / 1440}d`;
  const hint = `it may be from ${range.min}m to ${range.max / 1440}d`;
  findings.error('STW210', pointer, `\`${name}\` must be ${limit}`, { hint });
  return null;
}

function readRetention(findings: Findings, given: Mapping, pointer: Pointer): Retention | null {
  const retention: Record<string, number | string> = {};
  for (const key of KEEP_COUNTS) if (typeof given[key] === 'number') retention[key] = given[key];
  for (const key of KEEP_SPANS) if (typeof given[key] === 'string') retention[key] = given[key];
  const keeps = Object.values(retention).some((rule) =>
    typeof rule === 'number' ? rule > 0 : /[1-9]/.test(rule),
  );
  // A rule that is misspelt or has the wrong type is reported as such.
  const hasBadRule = Object.keys(given).some((key) => !Object.hasOwn(retention, key));
  if (keeps || hasBadRule) return retention;
  findings.error('STW213', pointer, 'this retention keeps no snapshot at all', {
    part: 'key',
    hint: 'set at least one rule above zero, such as `keep_daily: 7`',
  });
  return null;
}

/** Whether a text is the right spelling of an IANA time zone. */
export function isTimezone(text: string): boolean {
  return knownTimezone(text) === text;
}
