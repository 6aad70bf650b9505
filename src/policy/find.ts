import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const POLICY_FILE = 'stowage.yml';

/** The policy in `folder` or the nearest folder above it, as an absolute path; null when there is none. */
export function findPolicy(folder: string): string | null {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const candidate = join(current, POLICY_FILE);
    if (existsSync(candidate)) return candidate;
    if (dirname(current) === current) return null;
  }
}
