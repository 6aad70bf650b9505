import type { Retention } from '../model/contract.js';
import { RETENTION_RULES } from './keep.js';

/** `7 daily, 5 weekly, within 14d`, in the order of restic's manual; rules of zero are no rules. */
export function retentionText(retention: Retention): string {
  return RETENTION_RULES.flatMap((rule) => {
    const value = retention[rule];
    if (value === undefined || value === 0) return [];
    const name = rule.replace(/^keep_/, '').replaceAll('_', ' ');
    return [typeof value === 'string' ? `${name} ${value}` : `${value} ${name}`];
  }).join(', ');
}
