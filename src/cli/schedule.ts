import { didYouMean } from '../diagnostics/did-you-mean.js';
import { hasErrors, sortDiagnostics, wholeFile, type Diagnostic } from '../diagnostics/diagnostic.js';
import { ambiguousDays } from '../schedule/ambiguity.js';
import { CRON_HINT, parseCron } from '../schedule/cron.js';
import { scheduleAt } from '../schedule/job-schedule.js';
import { analysisFrom, clockChangeHits, type Period } from '../schedule/runs.js';
import { showMinute } from '../schedule/show.js';
import { isTimezone } from '../contract/settings.js';
import { intlZones } from '../time/intl-zone.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { openProject } from './open.js';
import { policyFile, printBeside, printJson, type CommonOptions } from './project.js';
import { jobRows, jobsOf, type Filter, type ScheduledJob } from './schedule-rows.js';
import { loadChart, runTable } from './schedule-text.js';
import { forecast, type Forecast } from './simulate.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

export interface ScheduleOptions extends CommonOptions, Filter {
  /** ISO 8601; now without it. */
  readonly at: string | undefined;
  readonly count: number;
  readonly cron: string | undefined;
  readonly timezone: string | undefined;
  readonly simulate: number | undefined;
  readonly failOn: 'error' | 'warning';
}

interface Answer {
  readonly jobs: readonly ScheduledJob[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
  readonly forecast: Forecast | null;
}

/**
 * `stowage schedule`: when every job runs next, the load of the day and what collides; for a project, for a made-up
 * fleet (`--simulate`) or for one expression (`--cron`). The only place where the clock is read: what it finds is
 * about the thirteen months from `--at` on, while `validate` and `render` look at thirteen fixed ones.
 */
export async function schedule(options: ScheduleOptions, terminal: Terminal): Promise<ExitCode> {
  const at = readAt(options.at);
  checkNumber('count', options.count, 1, 1000);
  if (options.simulate !== undefined) checkNumber('simulate', options.simulate, 1, 100_000);
  refuseRivals(options);
  const answer =
    options.cron === undefined
      ? await ofProject(options, analysisFrom(at))
      : ofExpression(options.cron, options, at);
  const rows = jobRows(options.simulate === undefined ? answer.jobs : [], at, options.count);
  if (options.format === 'json') {
    const extra = answer.forecast === null ? {} : { simulation: answer.forecast };
    printJson(terminal, { jobs: rows, ...extra }, answer.diagnostics);
  } else {
    if (rows.length > 0) terminal.out(runTable(rows, terminal.outWidth));
    if (answer.forecast !== null) terminal.out(forecastText(answer.forecast));
    if (!options.quiet && answer.jobs.length > 0 && options.cron === undefined) {
      terminal.out(`\n${loadChart(answer.jobs, at, terminal.outWidth)}`);
    }
    printBeside(terminal, answer.diagnostics, answer.sources, options.quiet);
  }
  const warned =
    options.failOn === 'warning' && answer.diagnostics.some(({ severity }) => severity === 'warning');
  return warned || hasErrors(answer.diagnostics) ? EXIT.problems : EXIT.clean;
}

async function ofProject(options: ScheduleOptions, period: Period): Promise<Answer> {
  const { project, plan, diagnostics, sources } = openProject(await policyFile(options), period);
  if (plan === null || project.policy === null) return { jobs: [], diagnostics, sources, forecast: null };
  if (options.simulate !== undefined) {
    const made = forecast(project.policy, options.simulate, period);
    return { jobs: made.jobs, diagnostics: made.diagnostics, sources, forecast: made.forecast };
  }
  const all = jobsOf(plan, { host: undefined, repository: undefined });
  const unknown = (['host', 'repository'] as const).flatMap((key): Diagnostic[] => {
    const asked = options[key];
    const known = new Set(all.flatMap((job) => job[key] ?? []));
    if (asked === undefined || known.has(asked)) return [];
    return [
      {
        code: 'STW720',
        severity: 'error',
        message: `no job has the ${key} \`${asked}\``,
        span: wholeFile(plan.policy),
        hint: didYouMean(asked, known) ?? `those with jobs are ${[...known].sort().join(', ')}`,
      },
    ];
  });
  return {
    jobs: jobsOf(plan, options),
    diagnostics: sortDiagnostics([...diagnostics, ...unknown]),
    sources,
    forecast: null,
  };
}

/** The same for one expression, under both rules where they differ in the runs that are shown. */
function ofExpression(text: string, options: ScheduleOptions, at: number): Answer {
  const timezone = options.timezone ?? 'UTC';
  if (!isTimezone(timezone)) {
    throw new UsageError(
      `\`${timezone}\` is not a time zone`,
      'use an IANA name such as `Europe/Berlin` or `UTC`',
    );
  }
  const file = '--cron';
  const sources = new Map([[file, text]]);
  const span = { ...wholeFile(file), end_column: text.length + 1 };
  const parsed = parseCron(text);
  if ('error' in parsed) {
    const where = { ...span, column: parsed.start + 1, end_column: parsed.end + 1 };
    const found: Diagnostic = {
      code: 'STW212',
      severity: 'error',
      message: parsed.error,
      span: where,
      hint: CRON_HINT,
    };
    return { jobs: [], diagnostics: [found], sources, forecast: null };
  }
  const { cron, on_calendar } = scheduleAt(text, timezone, 0);
  const job = (runtime: string | null, clock: ScheduledJob['clock']): ScheduledJob => ({
    ...{ kind: 'backup', service: null, repository: null, runtime, host: null },
    ...{ cron, on_calendar, timezone, clock, saves: true, light: false },
  });
  const [systemd, kubernetes] = [job('systemd', 'systemd'), job('kubernetes', 'kubernetes')];
  const [first, second] = jobRows([systemd, kubernetes], at, options.count);
  const agree = JSON.stringify(first?.next) === JSON.stringify(second?.next);
  const diagnostics: Diagnostic[] = [];
  const plain = ambiguousDays(text, parsed.schedule);
  if (plain !== null) {
    const message = `crons disagree about \`${text}\`: here either day field is enough, under Vixie cron both must match`;
    diagnostics.push({ code: 'STW705', severity: 'warning', message, span, hint: `write \`${plain}\`` });
  }
  if (parsed.schedule.hour.values.length < 24) {
    const { from, to } = analysisFrom(at);
    for (const { kind, local } of clockChangeHits(parsed.schedule, intlZones(timezone), from, to)) {
      const code = kind === 'skipped' ? 'STW706' : 'STW707';
      const what =
        kind === 'skipped'
          ? 'does not exist: nothing runs then'
          : 'comes twice: systemd runs once, Kubernetes twice';
      const message = `${showMinute(local)} in \`${timezone}\` ${what}`;
      diagnostics.push({ code, severity: 'warning', message, span });
    }
  }
  return {
    jobs: agree ? [{ ...systemd, runtime: null }] : [systemd, kubernetes],
    diagnostics,
    sources,
    forecast: null,
  };
}

/**
 * Minutes from 1970 of what `--at` says; now when it says nothing. A time without an offset is UTC, so that every
 * machine answers the same. Throws UsageError.
 */
export function readAt(text: string | undefined): number {
  if (text === undefined) return Math.floor(Date.now() / 60_000);
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const [, date = '', time = '00:00', offset = 'Z'] = match ?? [];
  const milliseconds = match === null ? Number.NaN : Date.parse(`${date}T${time}${offset}`);
  // 30 February is one for `Date.parse`: the day after the 28th or 29th.
  const isRealDate = () => new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
  if (Number.isNaN(milliseconds) || !isRealDate()) {
    throw new UsageError(
      `\`--at ${text}\` is not a time`,
      'write it as `2026-11-24` or `2026-11-24T02:31:00Z`',
    );
  }
  return Math.floor(milliseconds / 60_000);
}

/** What would have no effect on the answer is a mistake. */
function refuseRivals(options: ScheduleOptions): void {
  if (options.cron === undefined && options.timezone !== undefined) {
    throw new UsageError('`--timezone` goes with `--cron`', "a project's time zones are in its policy");
  }
  const made = (['cron', 'simulate'] as const).find((name) => options[name] !== undefined);
  if (made === undefined) return;
  const rival = (['simulate', 'host', 'repository'] as const).find(
    (name) => name !== made && options[name] !== undefined,
  );
  if (rival === undefined) return;
  throw new UsageError(`\`--${rival}\` does not go with \`--${made}\``, 'leave one of them out');
}

function checkNumber(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new UsageError(`\`--${name}\` must be a whole number from ${min} to ${max}`);
}

function forecastText(made: Forecast): string {
  return (
    `${made.services} services on ${made.hosts} ${made.hosts === 1 ? 'host' : 'hosts'}\n` +
    `busiest minute: ${made.busiest_minute} starts (spread evenly: ${made.ideal_minute})\n` +
    `at once, at ${made.assumed_run_minutes} minutes each: ${made.peak_concurrency}\n` +
    `first collision with maintenance: ${made.first_collision ?? 'none in 13 months'}\n`
  );
}
