import { dirname, join, resolve } from 'node:path';
import { DISK } from '../source/files.js';

export const POLICY_FILE = 'stowage.yml';

/** What is called `name` in `folder` or the nearest folder above it, as an absolute path; null when there is none. */
export function findAbove(folder: string, name: string): string | null {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const candidate = join(current, name);
    // A link to nowhere too: another policy further up is not the one that is meant.
    if (DISK.exists(candidate)) return candidate;
    if (dirname(current) === current) return null;
  }
}

/** The policy in `folder` or the nearest folder above it, as an absolute path; null when there is none. */
export function findPolicy(folder: string): string | null {
  return findAbove(folder, POLICY_FILE);
}
