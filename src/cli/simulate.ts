import { NO_COMMANDS } from '../contract/commands.js';
import { madeUpContract } from '../contract/made-up.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { buildPlan } from '../plan/build.js';
import type { Deployment, Policy } from '../model/policy.js';
import { isoMinute } from '../schedule/civil.js';
import { firstCollision } from '../schedule/collisions.js';
import { knownSchedule } from '../schedule/job-schedule.js';
import { runsBetween, type Period } from '../schedule/runs.js';
import { intlZones } from '../time/intl-zone.js';
import { jobsOf, type ScheduledJob } from './schedule-rows.js';

/** How long a backup is taken to run. */
const ASSUMED_RUN = 30;

/** What a made-up fleet would do over thirteen months. */
export interface Forecast {
  readonly services: number;
  readonly hosts: number;
  /** Starts in the busiest minute. */
  readonly busiest_minute: number;
  /** Starts in a minute if all that are due in the policy's spread were spread evenly. */
  readonly ideal_minute: number;
  /** Backups under way at once, each taken to run for `assumed_run_minutes`. */
  readonly peak_concurrency: number;
  readonly assumed_run_minutes: number;
  /** When a backup and maintenance first come within the margin; null for never. */
  readonly first_collision: string | null;
}

/** Plans `count` equal services on the policy's defaults and hosts (one without a name where it names none). */
export function forecast(
  policy: Policy,
  count: number,
  period: Period,
): { forecast: Forecast; jobs: ScheduledJob[]; diagnostics: Diagnostic[] } {
  const ids = Array.from({ length: count }, (_, index) => `simulated-${String(index + 1).padStart(5, '0')}`);
  const named = (policy.deployments ?? []).flatMap(({ host }) => (host === null ? [] : [host]));
  const hosts: (string | null)[] = named.length === 0 ? [null] : [...new Set(named)];
  const deployments = hosts.map((host, index): Deployment => {
    const services = ids.filter((_, service) => service % hosts.length === index);
    return {
      runtime: 'baremetal',
      host,
      services,
      snapshot_host: null,
      runtime_settings: null,
      commands: NO_COMMANDS,
      values: [],
      inventory_host: null,
      pointer: ['deployments'],
    };
  });
  const fleet = { ...policy, deployments: deployments.filter(({ services }) => services.length > 0) };
  const { plan, diagnostics } = buildPlan(fleet, ids.map(madeUpContract), intlZones, period);
  const jobs = jobsOf(plan, { host: undefined, repository: policy.defaults.repository });
  const room = Math.max(1, policy.defaults.spread);
  return {
    forecast: {
      services: count,
      hosts: hosts.length,
      ideal_minute: Math.ceil(count / room),
      assumed_run_minutes: ASSUMED_RUN,
      ...load(jobs, period),
      first_collision: collision(jobs, policy, period),
    },
    jobs,
    diagnostics: diagnostics.filter(({ code }) => code.startsWith('STW7')),
  };
}

/** Starts and running backups, minute by minute. */
function load(
  jobs: readonly ScheduledJob[],
  { from, to }: Period,
): Pick<Forecast, 'busiest_minute' | 'peak_concurrency'> {
  const backups = jobs.filter(({ saves }) => saves);
  const starts = new Uint32Array(to - from);
  for (const [, { runs, jobs: many }] of distinct(backups, { from, to })) {
    for (const run of runs) starts[run - from] = (starts[run - from] ?? 0) + many;
  }
  let [busiest, peak, running] = [0, 0, 0];
  for (const [minute, count] of starts.entries()) {
    running += count - (starts[minute - ASSUMED_RUN] ?? 0);
    busiest = Math.max(busiest, count);
    peak = Math.max(peak, running);
  }
  return { busiest_minute: busiest, peak_concurrency: peak };
}

function distinct(
  jobs: readonly ScheduledJob[],
  { from, to }: Period,
): Map<string, { runs: readonly number[]; jobs: number }> {
  const found = new Map<string, { runs: readonly number[]; jobs: number }>();
  for (const { cron, timezone, clock } of jobs) {
    const key = `${cron} ${timezone} ${clock}`;
    const known = found.get(key);
    const runs = known?.runs ?? runsBetween(knownSchedule(cron), intlZones(timezone), from, to, clock);
    found.set(key, { runs, jobs: (known?.jobs ?? 0) + 1 });
  }
  return found;
}

function collision(jobs: readonly ScheduledJob[], policy: Policy, period: Period): string | null {
  const margin = policy.repositories.find(({ name }) => name === policy.defaults.repository)?.margin ?? 0;
  const backups = [
    ...distinct(
      jobs.filter(({ saves }) => saves),
      period,
    ).values(),
  ];
  const maintenance = [
    ...distinct(
      jobs.filter(({ saves, light }) => !saves && !light),
      period,
    ).values(),
  ];
  const times = maintenance.flatMap(({ runs }) =>
    backups.flatMap((backup) => firstCollision(runs, backup.runs, margin)?.[0] ?? []),
  );
  return times.length === 0 ? null : isoMinute(Math.min(...times));
}
