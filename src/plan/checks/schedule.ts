import type { Diagnostic, Span } from '../../diagnostics/diagnostic.js';
import type { Policy, Repository } from '../../policy/policy.js';
import * as ambiguity from '../../schedule/ambiguity.js';
import { firstCollision, freeTime, showMinute } from '../../schedule/collisions.js';
import { knownSchedule } from '../../schedule/job-schedule.js';
import { smallestGap } from '../../schedule/offset.js';
import { clockChangeHits, SIMULATION } from '../../schedule/runs.js';
import { showDuration } from '../../schedule/show-duration.js';
import { Simulated } from '../../schedule/simulated.js';
import type { Pointer, SourceDocument } from '../../source/document.js';
import { groupBy } from '../group.js';
import type { BackupPlan } from '../plan.js';
import { clockworkOf, maintenanceClockwork } from '../schedules.js';
import { effectiveSettings } from '../settings.js';
import type { Check, CheckInput } from './check.js';

/** A schedule as somebody wrote it, and where. */
interface Written {
  readonly expression: string;
  readonly timezone: string;
  readonly span: Span;
  /** Where it is written beside the schedule: one that is inherited just gives way to the interval. */
  readonly spread: number | null;
  readonly backup: boolean;
}

/** Every schedule that is written down: of the defaults, of contracts, of maintenance. */
function written({ policy, contracts }: CheckInput): Written[] {
  const settings = (document: SourceDocument, at: string, own: Policy['defaults']): Written => {
    const key = ['schedule', 'every', 'window'].find((name) => has(document, [at, name])) ?? 'spread';
    return {
      expression: own.schedule,
      timezone: own.timezone,
      span: document.span([at, key]),
      spread: has(document, [at, 'spread']) ? own.spread : null,
      backup: true,
    };
  };
  const timing = ['schedule', 'spread', 'timezone'] as const;
  return [
    settings(policy.document, 'defaults', policy.defaults),
    ...contracts
      .filter((contract) => timing.some((key) => contract.backup.settings[key] !== undefined))
      .map((contract) => settings(contract.document, 'backup', effectiveSettings(policy, contract))),
    ...policy.repositories.flatMap((repository) =>
      maintenance(repository).map(({ expression, pointer }) => ({
        expression,
        timezone: repository.timezone,
        span: policy.document.span(pointer),
        spread: null,
        backup: false,
      })),
    ),
  ];
}

function has(document: SourceDocument, pointer: Pointer): boolean {
  let value = document.value;
  for (const step of pointer) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as Record<string | number, unknown>)[step];
  }
  return true;
}

const KINDS = ['forget', 'prune', 'check'] as const;

function maintenance(repository: Repository) {
  return KINDS.map((kind) => ({
    kind,
    expression: kind === 'check' ? repository.check.schedule : repository[kind],
    pointer: [...repository.pointer, kind, ...(kind === 'check' ? ['schedule'] : [])] as Pointer,
  }));
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
        span,
        hint: `write \`${plain}\` for the first, and leave one day field a \`*\` for the second`,
      },
    ];
  });

/** A run must start before the next one is due. */
export const spreadTooLong: Check = (input) =>
  written(input).flatMap(({ expression, span, spread }): Diagnostic[] => {
    const gap = smallestGap(knownSchedule(expression));
    if (spread === null || spread <= gap) return [];
    return [
      {
        code: 'STW704',
        severity: 'error',
        message: `a spread of ${showDuration(spread)} is longer than the ${showDuration(gap)} between two runs of \`${expression}\``,
        span,
        hint: `set \`spread\` to at most \`${gap}m\``,
      },
    ];
  });

/** Hours that a change of the clocks skips or repeats. One finding for each written schedule and kind. */
export const clockChanges: Check = (input) => {
  const places = written(input);
  const contracts = new Map(input.contracts.map((contract) => [contract.service_id, contract]));
  const actual = new Map<string, Set<string>>();
  for (const service of input.plan.services) {
    const contract = contracts.get(service.service_id);
    if (contract === undefined) continue;
    const { schedule, timezone } = effectiveSettings(input.policy, contract);
    const key = `${schedule} ${timezone}`;
    const crons = actual.get(key) ?? new Set();
    for (const placement of service.placements) crons.add(placement.schedule.cron);
    actual.set(key, crons);
  }
  return places.flatMap(({ expression, timezone, span, backup }) => {
    const crons = !backup ? [expression] : [...(actual.get(`${expression} ${timezone}`) ?? [expression])];
    const zone = input.zones(timezone);
    const hits = crons
      .filter((cron) => knownSchedule(cron).hour.values.length < 24)
      .flatMap((cron) => clockChangeHits(knownSchedule(cron), zone, SIMULATION.from, SIMULATION.to));
    return (['skipped', 'doubled'] as const).flatMap((kind): Diagnostic[] => {
      const hit = hits.find((candidate) => candidate.kind === kind);
      if (hit === undefined) return [];
      const time = showMinute(hit.local);
      return [
        {
          code: kind === 'skipped' ? 'STW706' : 'STW707',
          severity: 'warning',
          message:
            kind === 'skipped'
              ? `\`${expression}\` falls into an hour that \`${timezone}\` skips: there is no ${time}, so nothing runs then`
              : `\`${expression}\` falls into an hour that \`${timezone}\` has twice: ${time} runs once under systemd, twice under Kubernetes`,
          span,
          hint: 'choose a time outside that hour, or `timezone: UTC`',
        },
      ];
    });
  });
};

interface Busy {
  readonly name: string;
  readonly runs: readonly number[];
}

/** forget, prune and check need the repository alone: nothing else of it may be due within the margin. */
export const maintenanceCollisions: Check = ({ policy, plan, zones }) => {
  const simulated = new Simulated(zones);
  return policy.repositories.flatMap((repository) => {
    const planned = plan.repositories.find(({ name }) => name === repository.name);
    if (planned === undefined || planned.services.length === 0 || repository.margin === 0) return [];
    const backups = backupRuns(plan, repository.name, simulated);
    const clockwork = maintenanceClockwork(repository);
    const jobs = maintenance(repository).map((job) => ({
      ...job,
      name: `${job.kind} of \`${repository.name}\``,
      schedule: planned[job.kind],
      runs: simulated.of(planned[job.kind], clockwork).runs,
    }));
    return jobs.flatMap((job, index): Diagnostic[] => {
      const others = jobs.slice(0, index);
      const clash =
        firstClash(job.runs, backups, repository.margin) ?? firstClash(job.runs, others, repository.margin);
      if (clash === null) return [];
      const busy = [...backups, ...jobs.filter((other) => other !== job)].map(({ runs }) => runs);
      const zone = zones(repository.timezone);
      const free = freeTime(knownSchedule(job.schedule.cron), zone, clockwork, busy, repository.margin);
      const alone = (runs: readonly number[]) =>
        freeTime(knownSchedule(job.schedule.cron), zone, clockwork, [runs], repository.margin) === null;
      // A crowded fleet waits for its locks; one schedule that never leaves a gap is a mistake in itself.
      const hopeless = free === null && busy.some(alone);
      return [
        collision(
          policy,
          repository,
          job,
          clash,
          others.some(({ name }) => name === clash.name),
          free,
          hopeless,
        ),
      ];
    });
  });
};

/** The runs of a repository's backups, one entry for each distinct schedule. */
function backupRuns(plan: BackupPlan, repository: string, simulated: Simulated): Busy[] {
  const jobs = plan.services
    .filter((service) => service.repository === repository)
    .flatMap(({ service_id, placements }) => placements.map((placement) => ({ service_id, placement })));
  const distinct = groupBy(
    jobs,
    ({ placement: { runtime, schedule } }) => `${schedule.cron} ${schedule.timezone} ${clockworkOf(runtime)}`,
  );
  return [...distinct.values()].flatMap(([job]) =>
    job === undefined
      ? []
      : [
          {
            name: `the backup of \`${job.service_id}\``,
            runs: simulated.of(job.placement.schedule, clockworkOf(job.placement.runtime)).runs,
          },
        ],
  );
}

interface Clash {
  readonly name: string;
  readonly at: number;
  readonly other: number;
}

/** The earliest collision with any of the others. */
function firstClash(runs: readonly number[], others: readonly Busy[], margin: number): Clash | null {
  let first: Clash | null = null;
  for (const { name, runs: theirs } of others) {
    const found = firstCollision(runs, theirs, margin);
    if (found !== null && (first === null || found[0] < first.at))
      first = { name, at: found[0], other: found[1] };
  }
  return first;
}

function collision(
  policy: Policy,
  repository: Repository,
  job: { readonly name: string; readonly pointer: Pointer },
  clash: Clash,
  isMaintenance: boolean,
  free: string | null,
  hopeless: boolean,
): Diagnostic {
  const span = policy.document.span(job.pointer);
  const facts =
    `${job.name} is due at ${showMinute(clash.at)} UTC, within ${showDuration(repository.margin)} of ` +
    `${clash.name} at ${showMinute(clash.other)} UTC`;
  if (free === null) {
    return {
      code: 'STW712',
      severity: hopeless ? 'error' : 'warning',
      message: `${facts}, and no other time of day is free`,
      span,
      hint: `make room between the backups, or set a smaller \`margin\` on \`${repository.name}\` (\`0m\` lets jobs wait for each other)`,
    };
  }
  return {
    code: isMaintenance ? 'STW711' : 'STW710',
    severity: 'warning',
    message: facts,
    span,
    hint: `\`${free}\` keeps clear of every other job of the repository`,
  };
}

/** The longest gap between two runs must keep `max_age`. */
export const tooOld: Check = ({ policy, contracts, plan, zones }) => {
  const simulated = new Simulated(zones);
  const services = new Map(plan.services.map((service) => [service.service_id, service]));
  return contracts.flatMap((contract) => {
    const { max_age: limit } = effectiveSettings(policy, contract);
    if (limit === null) return [];
    const own = contract.backup.settings.max_age !== undefined;
    const gaps = (services.get(contract.service_id)?.placements ?? []).map(({ runtime, schedule }) => ({
      schedule,
      gap: simulated.of(schedule, clockworkOf(runtime)).longestGap,
    }));
    const worst = gaps.reduce<(typeof gaps)[number] | null>(
      (best, entry) => (best === null || entry.gap > best.gap ? entry : best),
      null,
    );
    if (worst === null || worst.gap <= limit) return [];
    return [
      {
        code: 'STW713' as const,
        severity: 'error' as const,
        message: `\`${contract.service_id}\` may lose ${showDuration(worst.gap)} of data: its backups (\`${worst.schedule.cron}\`) lie that far apart, and \`max_age\` is ${showDuration(limit)}`,
        span: own
          ? contract.document.span(['backup', 'max_age'])
          : policy.document.span(['defaults', 'max_age']),
        hint: 'run it more often, or allow a higher `max_age`',
      },
    ];
  });
};
