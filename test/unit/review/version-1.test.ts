import { settingsOf } from '../../../src/runtimes/kubernetes/settings.js';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { loadProject } from '../../../src/load.js';
import type { Job } from '../../../src/model/job.js';
import { buildPlan } from '../../../src/plan/build.js';
import type { BackupPlan } from '../../../src/model/plan.js';
import { parsePlanFile } from '../../../src/review/plan-file.js';

interface Kept {
  readonly plan: object;
  readonly files: Readonly<Record<string, string>>;
}

function kept(name: string): Kept {
  const file = fileURLToPath(new URL(`../../fixtures/version-1/${name}.json`, import.meta.url));
  return JSON.parse(readFileSync(file, 'utf8')) as Kept;
}

function read({ plan, files }: Kept): BackupPlan {
  const parsed = parsePlanFile(JSON.stringify(plan), () => new Map(Object.entries(files)));
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.plan;
}

function today(method: 'restic' | 'k8up', services: ReadonlySet<string>): BackupPlan {
  const config = fileURLToPath(new URL('../../fixtures/many-jobs/stowage.yml', import.meta.url));
  const { policy, contracts } = loadProject(config);
  if (policy === null) throw new Error('no policy');
  const { runtimes, deployments } = policy;
  return buildPlan(
    {
      ...policy,
      runtimes: { ...runtimes, kubernetes: { ...settingsOf(runtimes), method } },
      deployments: (deployments ?? []).map((entry) => ({
        ...entry,
        services: entry.services.filter((id) => services.has(id)),
      })),
    },
    contracts.filter(({ service_id }) => services.has(service_id)),
  ).plan;
}

describe.each(['restic', 'k8up'] as const)('a plan of version 1 with %s', (method) => {
  const old = read(kept(method));
  const now = today(method, new Set(old.services.map(({ service_id }) => service_id)));

  test('has the jobs of today, but for what it did not know', () => {
    const known = ({ id, backend, object, sources, locks, store, snapshot }: Job) => ({
      ...{ id, backend, sources, locks, store, snapshot },
      // Which nodes go without saying in its name, an old plan does not say.
      object: backend === 'crond' ? null : object,
    });
    expect(old.jobs.map(known)).toEqual(now.jobs.map(known));
    expect(old.jobs.flatMap(({ facts }) => Object.keys(facts))).toEqual([]);
  });

  test('has them at its own times', () => {
    const moved = old.jobs.filter(
      ({ id, schedule }) => now.jobs.find((job) => job.id === id)?.schedule.cron !== schedule.cron,
    );
    // The second job of a guest had the time of the first; times around services without data were others.
    expect(moved.map(({ kind }) => kind)).toContain('guest-dump');
    expect(moved.length).toBeLessThan(now.jobs.length / 2);
  });

  test('forgets for every service that its tree has a script for', () => {
    const covered = (plan: BackupPlan) =>
      plan.jobs.find(({ id }) => id === 'forget:local@vault1')?.covers ?? [];
    expect(covered(old)).toContain('idle');
    expect(covered(now)).not.toContain('idle');
  });
});

test('what is no plan of version 1 either is refused in words', () => {
  const { plan } = kept('restic');
  const bad = JSON.stringify(plan).replace('"cron":"', '"cron":"61 ');
  expect(parsePlanFile(bad, () => new Map())).toEqual({ problem: expect.stringContaining('schedule') });
  expect(parsePlanFile(JSON.stringify({ ...plan, services: 1 }), () => new Map())).toHaveProperty('problem');
});
