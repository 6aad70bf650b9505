import stringWidth from 'string-width';
import { knownSchedule } from '../schedule/job-schedule.js';
import { runsBetween } from '../schedule/runs.js';
import { showDuration, showMinute } from '../schedule/show.js';
import { intlZones } from '../time/intl-zone.js';
import type { JobRow, ScheduledJob } from './schedule-rows.js';
import { formatTable, type Column } from './table.js';

const DAY = 1440;

const COLUMNS = [
  { title: 'KIND' },
  { title: 'SERVICE', shrinks: true },
  { title: 'REPOSITORY', shrinks: true },
  { title: 'RUNTIME' },
  { title: 'HOST', shrinks: true },
  { title: 'CRON', shrinks: true },
  { title: 'TIMEZONE', shrinks: true },
  { title: 'WORST CASE' },
  { title: 'NEXT (UTC)' },
];

/** Columns that are said once, above the table, when they are the same for all jobs and the terminal is narrow. */
const COMMON = ['REPOSITORY', 'RUNTIME', 'HOST', 'TIMEZONE'];

/**
 * The next runs of each job as a table. On a terminal that is too narrow for all of it, what is the same everywhere
 * goes into a line above; where that is not enough, only the first run of each job is shown.
 */
export function runTable(rows: readonly JobRow[], width: number | null): string {
  const cells = rows.map((row) => [
    row.kind,
    row.service ?? '-',
    row.repository ?? '-',
    row.runtime ?? '-',
    row.host ?? '-',
    row.cron,
    row.timezone,
    row.worst_case_minutes === null ? '-' : showDuration(row.worst_case_minutes),
    row.next.map((time) => time.slice(0, 16).replace('T', ' ')).join(', '),
  ]);
  if (width === null || widthOf(COLUMNS, cells) <= width) return formatTable(COLUMNS, cells, null);
  const same = COLUMNS.map(({ title }, index) => (COMMON.includes(title) ? commonValue(cells, index) : null));
  const columns = COLUMNS.filter((_, index) => same[index] === null);
  let kept = cells.map((row) => row.filter((_, index) => same[index] === null));
  const said = COLUMNS.flatMap(({ title }, index) =>
    same[index] === null ? [] : [`${title.toLowerCase()} ${same[index] ?? ''}`],
  );
  const notes = said.length === 0 ? [] : [`All jobs: ${said.join(', ')}.`];
  if (widthOf(columns, kept) > width && rows.some(({ next }) => next.length > 1)) {
    kept = kept.map((row) => row.map((cell, index) => (index === row.length - 1 ? firstRun(cell) : cell)));
    notes.push('The first run of each; a wider terminal or a pipe shows more.');
  }
  return notes.map((note) => `${note}\n`).join('') + formatTable(columns, kept, width);
}

/** What every job says in a column that is not left empty; null where they differ. */
function commonValue(cells: readonly (readonly string[])[], index: number): string | null {
  const [value, ...others] = new Set(cells.map((row) => row[index] ?? '-').filter((cell) => cell !== '-'));
  return others.length > 0 ? null : (value ?? '-');
}

function firstRun(cell: string): string {
  return cell.split(', ', 1)[0] ?? '';
}

function widthOf(columns: readonly Column[], cells: readonly (readonly string[])[]): number {
  return Math.max(
    ...formatTable(columns, cells, null)
      .split('\n')
      .map((line) => stringWidth(line)),
  );
}

/** How many jobs start in each hour (UTC) of the day that begins at `at`, as bars; empty hours are left out. Jobs that are no load are not counted. */
export function loadChart(jobs: readonly ScheduledJob[], at: number, width: number | null): string {
  const start = at - (((at % 60) + 60) % 60);
  const hours = Array.from({ length: 24 }, () => 0);
  const known = new Map<string, number[]>();
  const counted = jobs.filter(({ light }) => !light);
  for (const { cron, timezone, clock } of counted) {
    const key = `${cron} ${timezone} ${clock}`;
    const runs =
      known.get(key) ?? runsBetween(knownSchedule(cron), intlZones(timezone), start, start + DAY, clock);
    known.set(key, runs);
    for (const run of runs) {
      const hour = Math.floor((run - start) / 60);
      hours[hour] = (hours[hour] ?? 0) + 1;
    }
  }
  const most = Math.max(1, ...hours);
  const room = Math.max(10, Math.min(60, (width ?? 80) - 26));
  const mark = width === null ? '#' : '█';
  const lines = hours.flatMap((count, hour) =>
    count === 0
      ? []
      : [
          `${showMinute(start + hour * 60)}  ${String(count).padStart(5)} ${mark.repeat(Math.ceil((count * room) / most))}`,
        ],
  );
  return `Starts an hour (UTC), ${counted.length} jobs, from ${showMinute(start)}\n${lines.map((line) => `${line}\n`).join('')}`;
}
