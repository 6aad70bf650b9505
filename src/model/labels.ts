import type { Labels } from './policy.js';

/** `key=value` of each label, sorted: two sets of nodes are the same when these are. */
export function labelTexts(labels: Labels): string[] {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort();
}
