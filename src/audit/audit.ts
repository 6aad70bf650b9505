import { groupBy } from '../lookup/group.js';
import { showDuration, showMinute } from '../schedule/show.js';
import { isoMinute } from '../schedule/civil.js';
import { knownSchedule } from '../schedule/job-schedule.js';
import { nextRuns, runsBetween } from '../schedule/runs.js';
import type { Zones } from '../schedule/zone.js';
import { keptSnapshots } from '../retention/keep.js';
import type { Job, SnapshotIdentity } from '../model/job.js';
import type { BackupPlan, Placement, ServicePlan } from '../model/plan.js';
import type { Contract } from '../model/contract.js';
import type { Policy } from '../model/policy.js';
import type { Span } from '../diagnostics/diagnostic.js';
import { orphanFinding } from './orphans.js';
import type { AuditFinding, Kind } from './finding.js';
import { lossOf } from './shrunk.js';
import { Repository, type JudgedSnapshot } from './series.js';
import type { Snapshot } from './snapshots.js';

export interface AuditInput {
  readonly plan: BackupPlan;
  readonly policy: Policy;
  readonly contracts: readonly Contract[];
  /** What each repository holds, by its name in the policy. */
  readonly snapshots: ReadonlyMap<string, readonly Snapshot[]>;
  readonly zones: Zones;
  /** As of when, in minutes from 1970. */
  readonly at: number;
}

/** A clock may be wrong by that; a snapshot later than that is from a machine whose clock is. In minutes. */
const CLOCK_TOLERANCE = 60;

/** A backup whose snapshots can be looked for. */
interface Expected {
  readonly job: Job;
  readonly snapshot: SnapshotIdentity;
  readonly service: ServicePlan;
  readonly placement: Placement | undefined;
  readonly repository: string;
  readonly span: Span;
}

/**
 * Compares the snapshots that exist with those that should. What lies in a repository that nobody listed, or that is not
 * restic's, is not judged.
 *
 * @returns by service, then repository; orphans come last
 */
export function audit(input: AuditInput): AuditFinding[] {
  const { plan, policy, snapshots } = input;
  const repositories = new Map([...snapshots].map(([name, list]) => [name, new Repository(list)]));
  // Where the policy names no hosts, one history stands for all the ways in which the service may be deployed.
  const histories = groupBy(expectedOf(input), ({ repository, snapshot: { host, tags } }) =>
    JSON.stringify([repository, host, tags]),
  );
  const found = [...histories.values()].flatMap(([expected, ...others]) => {
    const repository = expected === undefined ? undefined : repositories.get(expected.repository);
    return expected === undefined || repository === undefined
      ? []
      : judge(input, expected, others, repository);
  });
  const pointers = new Map(policy.repositories.map(({ name, pointer }) => [name, pointer]));
  const orphans = plan.repositories.flatMap(({ name }) => {
    const span = policy.document.span(pointers.get(name) ?? [], 'key');
    const left = repositories.get(name)?.left() ?? [];
    return left.map((group) => orphanFinding(name, group, input.at, span));
  });
  return [...found, ...orphans];
}

/** Names of repositories whose services nothing is known of. */
export function unjudged({ plan, snapshots }: Pick<AuditInput, 'plan' | 'snapshots'>): string[] {
  return plan.repositories.map(({ name }) => name).filter((name) => !snapshots.has(name));
}

function expectedOf({ plan, policy, contracts }: AuditInput): Expected[] {
  const services = new Map(plan.services.map((service) => [service.service_id, service]));
  const documents = new Map(contracts.map((contract) => [contract.service_id, contract.document]));
  return plan.jobs.flatMap((job): Expected[] => {
    const { snapshot, store } = job;
    const service = services.get(job.service ?? '');
    if (snapshot === null || service === undefined || store?.in !== 'repository') return [];
    const placement = service.placements.find((one) => one.snapshot_host === snapshot.host);
    const document = documents.get(service.service_id) ?? policy.document;
    return [
      {
        job,
        snapshot,
        service,
        placement,
        repository: store.name,
        span: document.span(['service_id'], 'key'),
      },
    ];
  });
}

/** @param others the other ways in which the same history may come about */
function judge(
  input: AuditInput,
  expected: Expected,
  others: readonly Expected[],
  repository: Repository,
): AuditFinding[] {
  const { at, zones } = input;
  const { job, service } = expected;
  const all = repository.take(expected.snapshot);
  const latest = (at + CLOCK_TOLERANCE) * 60_000;
  const series = all.filter(({ time }) => time <= latest);
  const [newest] = series;
  const complete = series.filter(({ state }) => state === 'complete');
  const due = Math.min(...[expected, ...others].map((one) => dueRun(one.job, zones, at)));
  const name = nameOf(expected);
  const finding = finder(expected, newest, due);
  const ahead = all.length - series.length;
  const future =
    ahead === 0
      ? []
      : [
          finding(
            'stale',
            `${name} has ${ahead === 1 ? 'a snapshot' : `${String(ahead)} snapshots`} from the future: the clock of its machine was wrong`,
            'set the clock, and forget these snapshots: they stay the newest ones',
          ),
        ];
  if (newest === undefined) {
    const message = `there is no snapshot of ${name}`;
    return [
      ...future,
      finding('missing', message, `its job is \`${job.object.name}\`; see why it does not run`),
    ];
  }
  const found = [
    ...future,
    ...stale(finding, expected, newest, due, at),
    ...incomplete(finding, expected, newest, complete[0]),
  ];
  const [good, before] = complete;
  if (good === undefined) return found;
  return [
    ...found,
    ...lostPaths(finding, expected, others, good),
    ...(repository.isAccepted(good) ? [] : shrunk(finding, expected, good, before)),
    ...fewer(finding, expected, complete, due, zones, service),
  ];
}

type Find = (kind: Kind, message: string, hint: string) => AuditFinding;

function finder(
  { snapshot, service, repository, span }: Expected,
  newest: Snapshot | undefined,
  due: number,
): Find {
  return (kind, message, hint) => ({
    kind,
    service: service.service_id,
    repository,
    host: snapshot.host,
    newest: newest === undefined ? null : new Date(newest.time).toISOString(),
    expected: kind === 'missing' || kind === 'stale' ? isoMinute(due) : null,
    message,
    hint,
    span,
  });
}

function nameOf({ job: { part }, service, snapshot, repository }: Expected): string {
  const of = part === null ? '' : ` (${part})`;
  const host = snapshot.host === null ? '' : ` with the host \`${snapshot.host}\``;
  return `\`${service.service_id}\`${of}${host} in \`${repository}\``;
}

/**
 * The last run that must have left a snapshot by now. A quarter of the time to the next one, and no more than its job may take,
 * is left to it: a snapshot shows only when it is whole.
 */
function dueRun({ schedule, clock, timeout_minutes: timeout }: Job, zones: Zones, at: number): number {
  const cron = knownSchedule(schedule.cron);
  const zone = zones(schedule.timezone);
  const runs = lastRuns(cron, zone, at, clock);
  const [next] = nextRuns(cron, zone, at, 1, clock);
  const due = runs.findLast((run, index) => {
    const room = ((runs[index + 1] ?? next ?? run) - run) / 4;
    return run + Math.min(room, timeout ?? Number.POSITIVE_INFINITY) <= at;
  });
  // What was never due cannot be late.
  return due ?? 0;
}

/** At least two of the runs before a moment, where there are any within eight years. */
function lastRuns(
  cron: ReturnType<typeof knownSchedule>,
  zone: ReturnType<Zones>,
  at: number,
  clock: Job['clock'],
): readonly number[] {
  for (let span = 2 * 1440; ; span *= 4) {
    const runs = runsBetween(cron, zone, at - span, at + 1, clock);
    if (runs.length > 1 || span > 8 * 366 * 1440) return runs;
  }
}

function stale(find: Find, expected: Expected, newest: Snapshot, due: number, at: number): AuditFinding[] {
  const minute = Math.floor(newest.time / 60_000);
  if (minute >= due - CLOCK_TOLERANCE) return [];
  const age = showDuration(Math.max(0, at - minute));
  const message = `the newest snapshot of ${nameOf(expected)} is ${age} old; one was due at ${showMinute(due)} UTC`;
  return [find('stale', message, `its job is \`${expected.job.object.name}\`; see why it does not run`)];
}

function incomplete(
  find: Find,
  expected: Expected,
  newest: JudgedSnapshot,
  complete: Snapshot | undefined,
): AuditFinding[] {
  if (newest.state === 'complete') return [];
  const last =
    complete === undefined
      ? 'there is no complete one'
      : `the newest complete one is of ${showMinute(Math.floor(complete.time / 60_000))} UTC`;
  const message = `the newest snapshot of ${nameOf(expected)} (${newest.id.slice(0, 8)}) is not complete; ${last}`;
  return [find('incomplete', message, 'the log of its job says what it lacks')];
}

function lostPaths(
  find: Find,
  expected: Expected,
  others: readonly Expected[],
  newest: Snapshot,
): AuditFinding[] {
  // An operator has paths of its own.
  if (expected.snapshot.forgotten_by === 'operator') return [];
  const lost = lacking(expected.job, newest);
  if (lost.length === 0 || others.some(({ job }) => lacking(job, newest).length === 0)) return [];
  const list = lost.map((path) => `\`${path}\``).join(', ');
  const message = `the newest complete snapshot of ${nameOf(expected)} lacks ${list}`;
  return [
    find('paths', message, 'install the jobs that the plan has; until then it cannot be restored from there'),
  ];
}

/** Paths of a job that a snapshot does not hold. restic 0.18.0, and no other, saves a stream at the top of its snapshot. */
function lacking({ sources }: Job, { paths }: Snapshot): string[] {
  const has = new Set(paths);
  return sources.flatMap((source) => {
    if (!('snapshot_path' in source)) return [];
    const { snapshot_path: path } = source;
    const isThere =
      has.has(path) || (source.at === 'stream' && has.has(`/${path.slice(path.lastIndexOf('/') + 1)}`));
    return isThere || isBelow(path, paths) ? [] : [path];
  });
}

/** Whether one of the folders that restic was given holds a path. */
function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(folder.endsWith('/') ? folder : `${folder}/`));
}

function shrunk(
  find: Find,
  expected: Expected,
  newest: Snapshot,
  before: Snapshot | undefined,
): AuditFinding[] {
  const { service, placement } = expected;
  const limits = (placement?.volumes ?? []).map(
    ({ max_shrink_percent: own }) => own ?? service.max_shrink_percent,
  );
  const loss =
    before === undefined ? null : lossOf(newest, before, Math.max(service.max_shrink_percent, ...limits));
  if (loss === null) return [];
  const message = `the newest snapshot of ${nameOf(expected)} shrank: ${loss}`;
  return [find('shrunk', message, 'look whether its volumes are mounted and hold what they should')];
}

/** A gap here and there is no finding: a night that was missed is made up for by an older one that stays. */
function fewer(
  find: Find,
  expected: Expected,
  complete: readonly Snapshot[],
  due: number,
  zones: Zones,
  { retention }: ServicePlan,
): AuditFinding[] {
  const { job, snapshot } = expected;
  const [newest, oldest] = [complete[0], complete.at(-1)];
  if (newest === undefined || oldest === undefined || snapshot.forgotten_by === 'operator') return [];
  // Each node of a cluster has a history of its own.
  if (complete.some(({ tags }) => tags.some((tag) => tag.startsWith('node:')))) return [];
  const zone = zones(job.schedule.timezone);
  const first = Math.floor(oldest.time / 60_000);
  // What is missing since then is said as such.
  const last = Math.min(due, Math.floor(newest.time / 60_000));
  const runs = runsBetween(knownSchedule(job.schedule.cron), zone, first + 1, last + 1, job.clock);
  const times = [oldest.time, ...runs.map((run) => run * 60_000)];
  const modelled = keptSnapshots(times, retention, zone).length;
  if (complete.length >= modelled - 1) return [];
  const message = `${nameOf(expected)} has ${String(complete.length)} complete snapshots; its retention would have kept ${String(modelled)} since ${showMinute(first)} UTC`;
  return [find('fewer', message, 'backups were missed, or somebody else forgets snapshots')];
}
