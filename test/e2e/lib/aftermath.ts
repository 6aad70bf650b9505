import { expect } from '@jest/globals';
import type { Jobs } from './jobs.js';

/** What the start of a job comes to that fails: somebody is told, and of the reason too. */
export function failsWith(job: string, why: string) {
  return { ok: false, told: [`stowage-lab-${job}`], why: expect.stringContaining(why) };
}

/**
 * The next run of a job adds a snapshot to those that were there (`before`, ids), and nothing in the repository is
 * damaged.
 */
export async function expectNoDamage(
  jobs: Jobs,
  job: string,
  repository: string,
  before: readonly string[],
): Promise<void> {
  expect(await jobs.start(job)).toMatchObject({ ok: true, told: [] });
  const after = await jobs.snapshotIds(repository);
  expect(after).toHaveLength(before.length + 1);
  expect(after).toEqual(expect.arrayContaining([...before]));
  await jobs.check(repository);
}
