import type { Retention } from '../model/contract.js';

/** The rules of a retention that count snapshots, in the order of restic's documentation. */
export const KEEP_COUNTS = [
  'keep_last',
  'keep_hourly',
  'keep_daily',
  'keep_weekly',
  'keep_monthly',
  'keep_yearly',
] as const satisfies readonly (keyof Retention)[];

/** Those that keep what is young enough. */
export const KEEP_SPANS = [
  'keep_within',
  'keep_within_hourly',
  'keep_within_daily',
  'keep_within_weekly',
  'keep_within_monthly',
  'keep_within_yearly',
] as const satisfies readonly (keyof Retention)[];

/** A retention as options of restic forget, in the order of its documentation. */
export function keepOptions(retention: Retention): { option: string; value: string }[] {
  return [...KEEP_COUNTS, ...KEEP_SPANS].flatMap((key) => {
    const value = retention[key];
    return value === undefined ? [] : [{ option: `--${key.replaceAll('_', '-')}`, value: String(value) }];
  });
}
