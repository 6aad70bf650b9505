import { describe, expect, test } from '@jest/globals';
import { firstCollision } from '../../../src/schedule/collisions.js';
import { Simulated } from '../../../src/schedule/simulated.js';
import { intlZones } from '../../../src/time/intl-zone.js';
import { objectsOf } from './objects.js';
import { contract, renderProject, type Json } from './project.js';

const simulated = new Simulated(intlZones);

/** The times of K8up's three jobs, and those of all other jobs of the repository, as runs. */
function rendered(defaults: Json, repository: Json) {
  const project = renderProject(
    [contract('wiki'), contract('blog')],
    { method: 'k8up' },
    {
      defaults: { repository: 'main', ...defaults },
      repositories: {
        main: {
          url: 'rest:http://backup:8000/main',
          kubernetes_secret: 'restic-main',
          maintenance: { namespace: 'backup' },
          ...repository,
        },
      },
    },
  );
  const spec = (id: string) =>
    (
      objectsOf(project.text(`kubernetes/apps/${id}.yaml`))[0] as {
        spec: Record<string, { schedule: string }>;
      }
    ).spec;
  const jobs = project.plan?.jobs ?? [];
  const runsOf = (some: typeof jobs) => some.map(({ schedule }) => simulated.of(schedule, 'kubernetes').runs);
  const upkeep = jobs.filter((job) => job.service === null && job.locks.length > 0);
  const [first] = upkeep;
  if (first === undefined) throw new Error('nobody maintains the repository');
  return {
    spec,
    own: runsOf(upkeep),
    backups: runsOf(jobs.filter(({ sources }) => sources.length > 0)),
    timezone: first.schedule.timezone,
  };
}

/** Whether two jobs of a repository are ever due within `margin` minutes of each other. */
function meets(
  cron: string,
  timezone: string,
  others: readonly (readonly number[])[],
  margin: number,
): boolean {
  const { runs } = simulated.of({ cron, timezone }, 'kubernetes');
  return others.some((other) => firstCollision(runs, other, margin) !== null);
}

describe.each<[string, Json, Json, number]>([
  ['the defaults', {}, {}, 15],
  ['a wide margin', {}, { margin: '3h' }, 180],
  ['a zone with summer time', { timezone: 'Europe/Berlin' }, {}, 15],
  [
    'maintenance every day',
    { schedule: '0 1 * * *' },
    { prune: { schedule: '0 4 * * *' }, check: { schedule: '0 7 * * *' } },
    15,
  ],
  ['no margin', {}, { margin: '0m' }, 0],
])('K8up with %s', (_, defaults, repository, margin) => {
  const { spec, own, backups, timezone } = rendered(defaults, repository);
  const { check, prune } = spec('wiki');

  test('keeps clear of all other jobs of the repository', () => {
    const cronOf = (job: { schedule: string } | undefined) => {
      const prefix = timezone === 'UTC' ? '' : `CRON_TZ=${timezone} `;
      expect(job?.schedule.startsWith(prefix)).toBe(true);
      return job?.schedule.slice(prefix.length) ?? '';
    };
    for (const job of [check, prune]) {
      expect(meets(cronOf(job), timezone, own, Math.max(120, margin))).toBe(false);
      expect(meets(cronOf(job), timezone, backups, margin)).toBe(false);
    }
    const pruned = simulated.of({ cron: cronOf(prune), timezone }, 'kubernetes').runs;
    expect(meets(cronOf(check), timezone, [pruned], margin)).toBe(false);
  });

  test('is the same for every service, so that K8up itself can order them', () => {
    expect([spec('blog').check, spec('blog').prune?.schedule]).toEqual([check, prune?.schedule]);
  });
});

test('backups all day long leave room between K8up and the repository’s own maintenance', () => {
  const { spec, own } = rendered({ schedule: '*/20 * * * *', spread: '0m' }, { margin: '0m' });
  const times = ['prune', 'check'].map((job) => spec('wiki')[job]?.schedule ?? '');
  expect(times.map((cron) => meets(cron, 'UTC', own, 120))).toEqual([false, false]);
});
