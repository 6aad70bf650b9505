import type { Retention } from '../contract/contract.js';
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
 *   goes by that wherever it runs
 */
export function keptSnapshots(times: readonly number[], retention: Retention, zone: Zone): Kept[] {
  const order = times.map((time, index) => ({ index, ...dated(time, zone) })).sort((a, b) => b.time - a.time);
  return applyRules(order, retention, zone).flatMap((rules, position) => {
    const snapshot = order[position];
    return snapshot === undefined || rules.length === 0
      ? []
      : [{ index: snapshot.index, time: snapshot.time, rules }];
  });
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

/** For each snapshot the rules that keep it; empty for one that is removed. `snapshots` are newest first. */
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
