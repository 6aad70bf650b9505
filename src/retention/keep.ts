import type { Retention } from '../model/contract.js';
import type { Zone } from '../schedule/zone.js';
import { dated, type Dated, type Period } from './dated.js';
import { parseSpan, spanBefore } from './span.js';

/** One rule of a retention: the name is the reason that a snapshot is kept for. */
export type RetentionRule = keyof Retention;

/** A snapshot that stays. */
export interface Kept {
  /** Where its time stands in the list that was given. */
  readonly index: number;
  /** UTC milliseconds. */
  readonly time: number;
  /** The rules that want it, in restic's order; never empty. */
  readonly rules: readonly RetentionRule[];
}

/**
 * Which snapshots of one group `restic forget` keeps, newest first.
 *
 * The rules are those of restic's `ApplyPolicy` (internal/data/snapshot_policy.go), as 0.18 and 0.19 have them: from
 * the newest to the oldest, each rule takes the first snapshot of every period that it meets, until its count is
 * used up or its span is left; spans reach back from the newest snapshot, not from now. The oldest snapshot of all
 * is kept too by every rule that could still take one, so that history grows to its full length. (0.17 does this
 * for counts only, so it may keep that one snapshot less under a `keep_within_*` rule.)
 *
 * @param times UTC milliseconds, in any order, none later than the forget itself; equal times are several snapshots
 * @param zone of the machine that makes the snapshots: each stores its time with that machine's offset, and forget
 *   counts periods by that wherever it runs
 * @param forgetting zone of the machine that forgets; its rules decide how far a span reaches over a change of the
 *   clocks, but only if its clock shows the same as that of the newest snapshot (Go's `time.Parse`)
 */
export function keptSnapshots(
  times: readonly number[],
  retention: Retention,
  zone: Zone,
  forgetting: Zone = zone,
): Kept[] {
  const order = times.map((time, index) => ({ index, ...dated(time, zone) })).sort((a, b) => b.time - a.time);
  const calendar = seenFrom(forgetting, zone, order[0]?.time ?? 0);
  return applyRules(order, retention, calendar).flatMap((rules, position) => {
    const snapshot = order[position];
    return snapshot === undefined || rules.length === 0
      ? []
      : [{ index: snapshot.index, time: snapshot.time, rules }];
  });
}

/** Where restic reads back a time: in its own zone if that has the time's offset, else in a place of that offset alone. */
function seenFrom(forgetting: Zone, zone: Zone, time: number): Zone {
  const minutes = Math.floor(time / 60_000);
  const offset = zone.offsetAt(minutes);
  return forgetting.offsetAt(minutes) === offset ? forgetting : { name: zone.name, offsetAt: () => offset };
}

/** In restic's order; without a period every snapshot counts by itself. */
const RULES = [
  ['keep_within', null],
  ['keep_last', null],
  ['keep_hourly', 'hour'],
  ['keep_daily', 'day'],
  ['keep_weekly', 'week'],
  ['keep_monthly', 'month'],
  ['keep_yearly', 'year'],
  ['keep_within_hourly', 'hour'],
  ['keep_within_daily', 'day'],
  ['keep_within_weekly', 'week'],
  ['keep_within_monthly', 'month'],
  ['keep_within_yearly', 'year'],
] as const satisfies readonly (readonly [RetentionRule, Period | null])[];

/** Every rule, counts before spans, as in the manual of restic. */
export const RETENTION_RULES: readonly RetentionRule[] = [
  ...RULES.slice(1, 7),
  ...RULES.slice(0, 1),
  ...RULES.slice(7),
].map(([rule]) => rule);

/** A rule on its way from the newest snapshot to the oldest. */
interface Pass {
  readonly rule: RetentionRule;
  readonly period: Period | null;
  /** Only snapshots later than this, in UTC milliseconds. */
  readonly after: number;
  /** How many it may still take. */
  left: number;
  last: number | null;
}

/**
 * For each snapshot the rules that keep it; empty for one that is removed.
 *
 * @param snapshots newest first
 * @param zone whose calendar the spans go back on
 */
export function applyRules(
  snapshots: readonly Dated[],
  retention: Retention,
  zone: Zone,
): readonly (readonly RetentionRule[])[] {
  const newest = snapshots[0];
  if (newest === undefined) return [];
  const passes = RULES.flatMap(([rule, period]) => passOf(rule, period, retention, newest.time, zone));
  const oldest = snapshots.length - 1;
  return snapshots.map((snapshot, index) =>
    passes.flatMap((pass) => (takes(pass, snapshot, index === oldest) ? [pass.rule] : [])),
  );
}

function passOf(
  rule: RetentionRule,
  period: Period | null,
  retention: Retention,
  newest: number,
  zone: Zone,
): Pass[] {
  const given = retention[rule] ?? 0;
  if (typeof given === 'number') {
    return given > 0 ? [{ rule, period, after: Number.NEGATIVE_INFINITY, left: given, last: null }] : [];
  }
  const span = parseSpan(given);
  if (span === null) return [];
  return [
    { rule, period, after: spanBefore(newest, span, zone), left: Number.POSITIVE_INFINITY, last: null },
  ];
}

function takes(pass: Pass, snapshot: Dated, isOldest: boolean): boolean {
  if (pass.left === 0 || snapshot.time <= pass.after) return false;
  const current = pass.period === null ? null : snapshot.periods[pass.period];
  if (current !== null && current === pass.last && !isOldest) return false;
  pass.last = current;
  pass.left -= 1;
  return true;
}
