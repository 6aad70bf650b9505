/**
 * Five-field cron expressions. Where crons differ, Kubernetes' parser (robfig/cron v3) is the meaning: day of month
 * OR day of week when both are restricted; `*`, `?` and `*` with step 1 are unrestricted; `N/step` runs from N to
 * the field's maximum. Day of week 7 is Sunday for people, and written as 0, which every parser takes.
 */

/** The values of one field, sorted, each once. */
export interface CronField {
  readonly values: readonly number[];
  /** False for `*` and `?`: only then does the other day field decide alone. */
  readonly restricted: boolean;
}

export interface CronSchedule {
  readonly minute: CronField;
  readonly hour: CronField;
  readonly day_of_month: CronField;
  readonly month: CronField;
  readonly day_of_week: CronField;
}

/** What is wrong, and where: offsets into the expression in UTF-16 code units, end exclusive. */
export interface CronError {
  readonly error: string;
  readonly start: number;
  readonly end: number;
}

interface FieldRule {
  readonly key: keyof CronSchedule;
  readonly label: string;
  readonly min: number;
  /** Largest value that the text may hold; 7 for day of week. */
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly FieldRule[] = [
  { key: 'minute', label: 'minute', min: 0, max: 59, names: [] },
  { key: 'hour', label: 'hour', min: 0, max: 23, names: [] },
  { key: 'day_of_month', label: 'day of month', min: 1, max: 31, names: [] },
  { key: 'month', label: 'month', min: 1, max: 12, names: MONTHS },
  { key: 'day_of_week', label: 'day of week', min: 0, max: 7, names: WEEKDAYS },
];

/** What people may write, for those who wrote something else. */
export const CRON_HINT =
  'five fields: minute, hour, day of month, month, day of week, such as `30 2 * * 1-5`; or an alias such as `@daily`';

/** The four aliases of the interface, with the meaning that every cron gives them. */
const ALIASES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};

/** Longest each month can be. */
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A mistake inside one field; the offset counts from the field's start. */
class FieldError extends Error {
  readonly start: number;
  readonly end: number;

  constructor(message: string, start: number, end: number) {
    super(message);
    this.start = start;
    this.end = end;
  }
}

/** Reads an expression or alias. Returns what is wrong with it, and where, rather than throwing. */
export function parseCron(text: string): { schedule: CronSchedule } | CronError {
  const trimmed = text.trim();
  if (trimmed.startsWith('@')) {
    const expansion = ALIASES[trimmed];
    if (expansion === undefined) {
      const known = Object.keys(ALIASES).join(', ');
      return whole(text, `unknown schedule alias \`${trimmed}\`; the aliases are ${known}`);
    }
    return parseCron(expansion);
  }
  const words = [...text.matchAll(/\S+/g)];
  if (words.length !== FIELDS.length) {
    const count = words.length === 1 ? '1 field' : `${words.length} fields`;
    return whole(
      text,
      `a schedule has five fields (minute hour day-of-month month day-of-week), this has ${count}`,
    );
  }
  const fields: Partial<Record<keyof CronSchedule, CronField>> = {};
  for (const [index, rule] of FIELDS.entries()) {
    const word = words[index];
    if (word === undefined) continue;
    try {
      fields[rule.key] = parseField(word[0], rule);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      return { error: error.message, start: word.index + error.start, end: word.index + error.end };
    }
  }
  const schedule = fields as CronSchedule;
  return neverHappens(schedule)
    ? whole(text, 'no month has such a day, so this schedule never runs')
    : { schedule };
}

function whole(text: string, error: string): CronError {
  return { error, start: 0, end: text.length };
}

function parseField(text: string, rule: FieldRule): CronField {
  const values = new Set<number>();
  let restricted = true;
  let start = 0;
  for (const part of text.split(',')) {
    const item = parseItem(part, start, rule);
    if (item.star) restricted = false;
    for (let value = item.first; value <= item.last; value += item.step) {
      values.add(rule.key === 'day_of_week' && value === 7 ? 0 : value);
    }
    start += part.length + 1;
  }
  return { values: [...values].sort((a, b) => a - b), restricted };
}

interface Item {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** `*` or `?`, not thinned out by a step. */
  readonly star: boolean;
}

function parseItem(part: string, start: number, rule: FieldRule): Item {
  const end = start + part.length;
  const [range = '', stepText, ...extra] = part.split('/');
  if (part === '' || extra.length > 0) {
    throw new FieldError(
      `\`${part}\` is not a value, range or step of the ${rule.label}`,
      start,
      Math.max(end, start + 1),
    );
  }
  const step = stepText === undefined ? 1 : parseStep(stepText, end - stepText.length, rule);
  // A star stops at 6 for weekdays, 7 being a second name for Sunday.
  const max = rule.key === 'day_of_week' ? 6 : rule.max;
  if (range === '*' || range === '?') return { first: rule.min, last: max, step, star: step === 1 };
  const [from = '', to, ...more] = range.split('-');
  if (more.length > 0) throw new FieldError(`\`${range}\` is not a range`, start, start + range.length);
  const first = parseValue(from, start, rule);
  if (to === undefined) {
    const last = stepText === undefined ? first : Math.max(first, max);
    return { first, last, step, star: false };
  }
  const last = parseValue(to, start + from.length + 1, rule);
  if (last < first) {
    throw new FieldError(
      `the range \`${range}\` of the ${rule.label} runs backwards`,
      start,
      start + range.length,
    );
  }
  return { first, last, step, star: false };
}

function parseStep(text: string, start: number, rule: FieldRule): number {
  const step = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (step < 1 || step > rule.max) {
    throw new FieldError(
      `the step \`${text}\` of the ${rule.label} must be a number from 1 to ${rule.max}`,
      start,
      Math.max(start + text.length, start + 1),
    );
  }
  return step;
}

function parseValue(text: string, start: number, rule: FieldRule): number {
  const name = rule.names.indexOf(text.toLowerCase());
  const value = name >= 0 ? name + rule.min : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= rule.min && value <= rule.max)) {
    const named = rule.names.length > 0 ? ` or a name such as \`${rule.names[1] ?? ''}\`` : '';
    throw new FieldError(
      `\`${text}\` is not a valid ${rule.label}: it must be a number from ${rule.min} to ${rule.max}${named}`,
      start,
      Math.max(start + text.length, start + 1),
    );
  }
  return value;
}

/** Whether only days are asked for that no month has, e.g. 31 February. A restricted weekday still runs (OR). */
function neverHappens(schedule: CronSchedule): boolean {
  if (!schedule.day_of_month.restricted || schedule.day_of_week.restricted) return false;
  const firstDay = schedule.day_of_month.values[0] ?? 1;
  return schedule.month.values.every((month) => (DAYS_IN_MONTH[month - 1] ?? 31) < firstDay);
}

/** Whether the schedule runs on every day of the year. */
export function runsEveryDay(schedule: CronSchedule): boolean {
  return schedule.month.values.length === 12 && namesEveryDay(schedule);
}

/** Whether the two day fields together leave out no day of the months that are named. */
function namesEveryDay({ day_of_month, day_of_week }: CronSchedule): boolean {
  const everyDate = day_of_month.values.length === 31;
  const everyWeekday = day_of_week.values.length === 7;
  if (day_of_month.restricted && day_of_week.restricted) return everyDate || everyWeekday;
  return everyDate && everyWeekday;
}

/**
 * The canonical spelling: lists and ranges of numbers, `*` where nothing is restricted. A day field that names every
 * day is written so that crons agree: busybox takes `1-31` for a star, Kubernetes for a list that makes it OR.
 */
export function formatCron(schedule: CronSchedule): string {
  const everyDay = namesEveryDay(schedule);
  return FIELDS.map((rule) => {
    const field = schedule[rule.key];
    const days = rule.key === 'day_of_month' || rule.key === 'day_of_week';
    const max = rule.key === 'day_of_week' ? 6 : rule.max;
    const full = field.values.length === max - rule.min + 1;
    return (days ? everyDay || !field.restricted : full) ? '*' : formatSet(field.values, String, '-');
  }).join(' ');
}

/** `1,2,3,7` as `1-3,7`: runs of three and more become ranges. */
export function formatSet(
  values: readonly number[],
  format: (value: number) => string,
  rangeMark: string,
): string {
  const parts: string[] = [];
  for (let index = 0; index < values.length;) {
    let end = index;
    while (end + 1 < values.length && values[end + 1] === (values[end] ?? 0) + 1) end += 1;
    const run = values.slice(index, end + 1).map(format);
    parts.push(...(run.length >= 3 ? [`${run[0] ?? ''}${rangeMark}${run[run.length - 1] ?? ''}`] : run));
    index = end + 1;
  }
  return parts.join(',');
}
