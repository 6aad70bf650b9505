import type { Diagnostic, Span } from '../../diagnostics/diagnostic.js';
import type { Policy, Repository } from '../../model/policy.js';
import { jobIndex } from '../../lookup/job-index.js';
import * as ambiguity from '../../schedule/ambiguity.js';
import { knownSchedule } from '../../schedule/job-schedule.js';
import { offsetRoom, smallestGap } from '../../schedule/offset.js';
import { clockChangeHits, type ClockChangeHit } from '../../schedule/runs.js';
import { showDuration, showMinute } from '../../schedule/show.js';
import type { Pointer, SourceDocument } from '../../source/document.js';
import { valueAt } from '../../source/findings.js';
import { effectiveSettings } from '../../model/settings.js';
import type { Check, CheckInput } from '../../model/check.js';

/** A schedule as somebody wrote it, and where. */
interface Written {
  readonly expression: string;
  readonly timezone: string;
  /** Asked for only by a finding: positions cost something. */
  readonly span: () => Span;
  /** Where it is written beside the schedule: one that is inherited just gives way to the interval. */
  readonly spread: number | null;
  /** When a maintenance job really runs; null for backups, each of which has an offset of its own. */
  readonly placed: string | null;
}

/** Every schedule that is written down: of the defaults, of contracts, of maintenance. */
function written({ policy, contracts, plan }: CheckInput): Written[] {
  const settings = (document: SourceDocument, at: string, own: Policy['defaults']): Written => {
    const key = ['schedule', 'every', 'window'].find((name) => has(document, [at, name])) ?? 'spread';
    return {
      expression: own.schedule,
      timezone: own.timezone,
      span: () => document.span([at, key]),
      spread: has(document, [at, 'spread']) ? own.spread : null,
      placed: null,
    };
  };
  const timing = ['schedule', 'spread', 'timezone'] as const;
  return [
    settings(policy.document, 'defaults', policy.defaults),
    ...contracts
      .filter((contract) => timing.some((key) => contract.backup.settings[key] !== undefined))
      .map((contract) => settings(contract.document, 'backup', effectiveSettings(policy, contract))),
    ...policy.repositories.flatMap((repository) => {
      const jobs = jobIndex(plan).ofRepository(repository.name);
      return Object.entries(repository.times).map(([kind, { schedule }]) => ({
        expression: schedule,
        timezone: repository.timezone,
        span: () => policy.document.span(maintenancePointer(policy, repository, kind)),
        spread: null,
        placed: jobs.find((job) => job.kind === kind)?.schedule.cron ?? schedule,
      }));
    }),
  ];
}

function has(document: SourceDocument, pointer: Pointer): boolean {
  return valueAt(document.value, pointer) !== undefined;
}

/** Where a repository says when a job of it runs. */
export function maintenancePointer(policy: Policy, repository: Repository, kind: string): Pointer {
  const pointer = [...repository.pointer, kind];
  const key = ['schedule', 'every', 'window'].find((name) => has(policy.document, [...pointer, name]));
  return key === undefined ? pointer : [...pointer, key];
}

/** A star with a step in one day field, beside a restriction of the other: crons disagree. */
export const ambiguousDays: Check = (input) =>
  written(input).flatMap(({ expression, span }): Diagnostic[] => {
    const plain = ambiguity.ambiguousDays(expression, knownSchedule(expression));
    if (plain === null) return [];
    return [
      {
        code: 'STW705',
        severity: 'warning',
        message: `crons disagree about \`${expression}\`: here it runs on days that either day field names, under Vixie cron on days that both name`,
        span: span(),
        hint: `write \`${plain}\` for the first, and leave one day field a \`*\` for the second`,
      },
    ];
  });

/**
 * A run must start before the next one is due, and an offset must be one that cron can express. Only where the spread
 * is written beside the schedule or set against it: what the defaults hand down gives way.
 */
export const unusableSpread: Check = (input) =>
  written(input).flatMap(({ expression, span, spread }): Diagnostic[] => {
    if (spread === null) return [];
    const schedule = knownSchedule(expression);
    const [gap, room] = [smallestGap(schedule), offsetRoom(schedule, spread)];
    if (spread <= room) return [];
    const hint = `set \`spread\` to at most \`${room}m\``;
    if (spread > gap) {
      const message = `a spread of ${showDuration(spread)} is longer than the ${showDuration(gap)} between two runs of \`${expression}\``;
      return [{ code: 'STW704', severity: 'error', message, span: span(), hint }];
    }
    const message = `only ${showDuration(room)} of the spread of ${showDuration(spread)} can be used: a later run of \`${expression}\` would fall on another day or, of several in an hour, into another hour`;
    return [{ code: 'STW708', severity: 'warning', message, span: span(), hint }];
  });

/** The crons of the backups by the schedule and time zone that they were made from. */
function placedCrons({ policy, contracts, plan }: CheckInput): Map<string, Set<string>> {
  const settings = new Map(
    contracts.map((contract) => [contract.service_id, effectiveSettings(policy, contract)]),
  );
  const crons = new Map<string, Set<string>>();
  for (const job of plan.jobs) {
    if (job.service === null || job.sources.length === 0) continue;
    const { schedule, timezone } = settings.get(job.service) ?? policy.defaults;
    const key = `${schedule} ${timezone}`;
    const known = crons.get(key) ?? new Set();
    // An operator without time zones has its own reading of it.
    if (job.schedule.timezone === timezone) known.add(job.schedule.cron);
    crons.set(key, known);
  }
  return crons;
}

/** Hours that a change of the clocks skips or repeats. One finding for each written schedule and kind. */
export const clockChanges: Check = (input) => {
  const { from, to } = input.period;
  const backups = placedCrons(input);
  const known = new Map<string, ClockChangeHit[]>();
  const hitsOf = ({ expression, timezone, placed }: Written): ClockChangeHit[] => {
    const key = placed === null ? `${expression} ${timezone}` : `${placed} ${timezone} maintenance`;
    const crons = placed === null ? (backups.get(key) ?? [expression]) : [placed];
    const hits =
      known.get(key) ??
      [...crons]
        .filter((cron) => knownSchedule(cron).hour.values.length < 24)
        .flatMap((cron) => clockChangeHits(knownSchedule(cron), input.zones(timezone), from, to));
    known.set(key, hits);
    return hits;
  };
  return written(input).flatMap((each) => {
    const hits = hitsOf(each);
    return (['skipped', 'doubled'] as const).flatMap((kind): Diagnostic[] => {
      const hit = hits.find((candidate) => candidate.kind === kind);
      if (hit === undefined) return [];
      const [time, text] = [showMinute(hit.local), `\`${each.expression}\` falls into an hour that`];
      return [
        {
          code: kind === 'skipped' ? 'STW706' : 'STW707',
          severity: 'warning',
          message:
            kind === 'skipped'
              ? `${text} \`${each.timezone}\` skips: there is no ${time}, so nothing runs then`
              : `${text} \`${each.timezone}\` has twice: ${time} runs once under systemd, twice under Kubernetes`,
          span: each.span(),
          hint: 'choose a time outside that hour, or `timezone: UTC`',
        },
      ];
    });
  });
};
