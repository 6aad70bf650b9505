import { describe, expect, test } from '@jest/globals';
import type { BackupPlan } from '../../../src/model/plan.js';
import { snapshotLives } from '../../../src/retention/simulate.js';
import { buildReport, MODEL_MOMENT, type Report } from '../../../src/report/report.js';
import type { ReportInput } from '../../../src/report/input.js';
import { knownSchedule } from '../../../src/schedule/job-schedule.js';
import { runsBetween } from '../../../src/schedule/runs.js';
import { intlZones } from '../../../src/time/intl-zone.js';
import { planOf, policyOf } from '../../support/project.js';
import { existingAt } from '../../support/existing-at.js';

function reportOf(plan: BackupPlan, more: Partial<ReportInput> = {}): Report {
  return buildReport({
    ...{
      plan,
      margins: new Map([['main', 30]]),
      diagnostics: [],
      zones: intlZones,
      at: null,
    },
    ...more,
  });
}

const DEPLOYED = `
deployments:
  - { runtime: docker, host: web1, services: [shop] }
  - { runtime: kubernetes, services: [shop, db] }
`;

const SHOP = `service_id: shop
service_namespace: apps
runtime_templates: { docker: a, kubernetes: b }
requires: [db, dns]
service_volumes:
  - { name: data, target: /data }
  - { name: cache, target: /cache }
mounts: { persistent_volumes: [{ name: data, path: /data }, { name: logs, path: /logs }] }
backup: { volumes: { logs: { enabled: false, reason: sent elsewhere } } }
`;
const DB = `service_id: db
service_namespace: data
runtime_templates: { kubernetes: b }
kubernetes: { pvc: { name: db-data, size: 1Gi } }
mounts: { persistent_volumes: [{ name: data, path: /data }] }
`;

/** One service on one host, with these keys in its `backup:` block. */
function single(backup: string, policy = ''): BackupPlan {
  return planOf(
    policyOf(`deployments: [{ runtime: baremetal, host: h1, services: ['*'] }]\n${policy}`),
    `service_id: one\nruntime_templates: { baremetal: a }\nmounts: { persistent_volumes: [{ name: d, path: /d }] }\nbackup: ${backup}\n`,
  ).plan;
}

/** The plan with the maintenance of its repository in another time zone. */
function maintainedIn(plan: BackupPlan, timezone: string): BackupPlan {
  const moved = plan.jobs.map((job) =>
    job.service === null ? { ...job, schedule: { ...job.schedule, timezone } } : job,
  );
  return { ...plan, jobs: moved };
}

describe('coverage', () => {
  const { coverage, facts, filters, places } = reportOf(planOf(policyOf(DEPLOYED), SHOP, DB).plan);

  test('each volume in each runtime, and what is mounted without being listed', () => {
    expect(coverage.runtimes).toEqual(['docker', 'kubernetes']);
    const shop = coverage.services.find(({ service }) => service === 'shop');
    const shown = [shop?.first, ...(shop?.rest ?? [])].map((row) => [
      row?.volume,
      ...(row?.cells ?? []).map(({ entries }) =>
        entries.map(({ state, where, reason }) => `${state} ${where} ${reason}`.trim()).join(),
      ),
    ]);
    expect(shown).toEqual([
      [
        'data',
        'backed_up web1',
        'not_rendered apps repository `main` is used on Kubernetes, but names no Secret with its credentials',
      ],
      ['logs', 'waived web1 sent elsewhere', 'waived apps sent elsewhere'],
      ['cache', 'unlisted web1', 'unlisted apps'],
    ]);
    expect(shop?.count).toBe(3);
  });

  test('facts count volumes place by place', () => {
    expect(facts).toMatchObject({ services: 2, waived: 2, repositories: 1 });
    expect(facts.backed_up + facts.unprotected).toBe(5);
  });

  test('places know what filters ask for, by number', () => {
    expect(filters).toEqual({
      hosts: ['apps', 'data', 'web1'],
      runtimes: ['docker', 'kubernetes'],
      repositories: ['main'],
    });
    expect(
      places.map(([host, runtime, , service]) => [filters.hosts[host], filters.runtimes[runtime], service]),
    ).toEqual([
      ['data', 'kubernetes', 'db'],
      ['apps', 'kubernetes', 'shop'],
      ['web1', 'docker', 'shop'],
    ]);
  });

  test('a volume that a dump stands for is dumped, and counts as backed up', () => {
    const report = reportOf(
      single('{ dumps: { db: { engine: command, command: [x], file: y, replaces: d } } }'),
    );
    const [cell] = report.coverage.services[0]?.first.cells ?? [];
    expect(cell?.entries).toMatchObject([{ state: 'dumped', word: 'dumped' }]);
    expect(report.facts).toMatchObject({ backed_up: 1, dumped: 1, unprotected: 0 });
  });

  test('a service that is deployed nowhere is named', () => {
    const { plan } = planOf(policyOf('deployments: [{ runtime: kubernetes, services: [db] }]\n'), SHOP, DB);
    const report = reportOf(plan);
    expect(report.coverage.nowhere).toEqual(['shop']);
    expect(report.coverage.services.map(({ service }) => service)).toEqual(['db']);
  });
});

describe('worst-case loss', () => {
  test('the longest gap, worst first; everything where no job is rendered; nothing for what is waived', () => {
    const policy = policyOf("deployments: [{ runtime: baremetal, services: ['*'] }]\n");
    const contract = (id: string, backup: string): string =>
      `service_id: ${id}\nruntime_templates: { baremetal: a }\nmounts: { persistent_volumes: [{ name: d, path: /${id} }] }\nbackup: ${backup}\n`;
    const { plan } = planOf(
      policy,
      contract('hourly', '{ schedule: "@hourly" }'),
      contract('weekly', '{ schedule: "0 3 * * 1" }'),
      contract('gone', '{ volumes: { d: { enabled: false, reason: x } } }'),
    );
    const { losses, facts } = reportOf(plan);
    expect(losses.map(({ service, loss }) => [service, loss])).toEqual([
      ['weekly', '7d'],
      ['hourly', '1h'],
    ]);
    expect([facts.worst, facts.worst_service]).toEqual(['7d', 'weekly']);

    const bare = plan.services.map((service) => ({
      ...service,
      placements: service.placements.map(
        (placement) => ({ ...placement, runtime: 'kubernetes', obstacles: ['no'] }) as const,
      ),
    }));
    const without = reportOf({ ...plan, services: bare }).losses;
    expect(without.map(({ loss, minutes }) => [loss, minutes])).toEqual([
      ['everything', null],
      ['everything', null],
    ]);
  });
});

describe('week', () => {
  test('is that of the moment, on the clock of the repository, Monday first', () => {
    const plan = single('{ schedule: "30 2 * * *", spread: 0m }');
    const [week] = reportOf(plan, { at: Date.parse('2026-11-22T23:30Z') / 60_000 }).timelines;
    expect(week?.days.map(({ label }) => label)).toEqual([
      'Mon 16 Nov',
      'Tue 17 Nov',
      'Wed 18 Nov',
      'Thu 19 Nov',
      'Fri 20 Nov',
      'Sat 21 Nov',
      'Sun 22 Nov',
    ]);
    const backup = week?.lanes.find(({ kind }) => kind === 'backup');
    expect(backup?.marks.map(({ x }) => x)).toEqual([0, 1, 2, 3, 4, 5, 6].map((day) => day * 1440 + 150));
    expect(backup?.days[0]).toEqual({ starts: '02:30' });
    const [tokyo] = reportOf(maintainedIn(plan, 'Asia/Tokyo'), {
      at: Date.parse('2026-11-22T23:30Z') / 60_000,
    }).timelines;
    expect(tokyo?.days[0]).toEqual({ label: 'Mon 23 Nov' });
    expect(tokyo?.lanes.find(({ kind }) => kind === 'backup')?.days[0]).toEqual({ starts: '11:30' });
  });

  test('keeps the clock of a week in which it changes', () => {
    const plan = single('{ schedule: "30 4 * * *", spread: 0m, timezone: Europe/Berlin }');
    const [week] = reportOf(maintainedIn(plan, 'Europe/Berlin'), {
      at: Date.parse('2026-03-27T12:00Z') / 60_000,
    }).timelines;
    const backup = week?.lanes.find(({ kind }) => kind === 'backup');
    expect(backup?.days.map(({ starts }) => starts)).toEqual(Array.from({ length: 7 }, () => '04:30'));
  });

  test('names what comes within the margin of maintenance, and only that', () => {
    const repositories = (forget: string) => {
      const plan = single('{ schedule: "30 4 * * *", spread: 0m }');
      const crons: Readonly<Record<string, string>> = { forget, prune: '0 12 * * 0', check: '10 12 * * 0' };
      const jobs = plan.jobs.map((job) => {
        const cron = crons[job.kind] ?? job.schedule.cron;
        return { ...job, schedule: { cron, on_calendar: [], timezone: 'UTC', offset_minutes: 0 } };
      });
      return reportOf({ ...plan, jobs }).timelines[0];
    };
    const near = repositories('0 5 * * 1');
    expect(near?.clashes).toEqual(['Sun 12:10: check meets prune (Sun 12:00)']);
    const nearer = repositories('59 4 * * 1');
    expect(nearer?.clashes).toEqual([
      'Mon 04:59: forget meets the backup of one (Mon 04:30)',
      'Sun 12:10: check meets prune (Sun 12:00)',
    ]);
    expect(nearer?.lanes.find(({ kind }) => kind === 'forget')?.marks.map(({ clash }) => clash)).toEqual([
      true,
    ]);
    expect(nearer?.lanes.find(({ kind }) => kind === 'prune')?.marks.map(({ clash }) => clash)).toEqual([
      false,
    ]);
  });

  test('a job that does not run in the week says when it runs next', () => {
    const [week] = reportOf(single('{ schedule: "0 3 15 * *", spread: 0m }')).timelines;
    expect(week?.lanes[0]).toMatchObject({ marks: [], note: 'next 2025-02-15 03:00' });
  });

  test('many backups are shown host by host, and counted', () => {
    const ids = Array.from({ length: 30 }, (_, index) => `s${String(index).padStart(2, '0')}`);
    const { plan } = planOf(
      policyOf(
        `deployments:\n  - { runtime: baremetal, host: a, services: [${ids.slice(0, 10).join(', ')}] }\n  - { runtime: baremetal, host: b, services: [${ids.slice(10).join(', ')}] }\n`,
      ),
      ...ids.map(
        (id) =>
          `service_id: ${id}\nruntime_templates: { baremetal: a }\nmounts: { persistent_volumes: [{ name: d, path: /${id} }] }\nbackup: { schedule: "0 3 * * *", spread: 0m }\n`,
      ),
    );
    const [week] = reportOf(plan).timelines;
    const load = week?.lanes.filter(({ kind }) => kind === 'load') ?? [];
    expect(load.map(({ label, note }) => [label, note])).toEqual([
      ['a', '10 jobs'],
      ['b', '20 jobs'],
    ]);
    expect(load[0]?.marks[0]).toMatchObject({ x: 180, text: 'Mon 03:00: 10 starts', height: 20 });
    expect(load[0]?.marks).toHaveLength(7);
  });
});

describe('calendar', () => {
  const rules =
    '{ schedule: "0 */6 * * *", spread: 0m, retention: { keep_hourly: 6, keep_daily: 5, keep_monthly: 4 } }';

  /** The slow way: every backup and every forget since the beginning, on each day that can be looked at. */
  test('shows on every day what playing all of history leaves', () => {
    const plan = single(rules);
    const [shown] = reportOf(plan).calendar.classes;
    const utc = intlZones('UTC');
    const all = shown?.lives ?? [];
    const run = (cron: string) =>
      runsBetween(knownSchedule(cron), utc, MODEL_MOMENT - 400 * 1440, MODEL_MOMENT + 1, 'systemd');
    const lives = snapshotLives(
      run('0 */6 * * *'),
      run('15 4 * * *'),
      { keep_hourly: 6, keep_daily: 5, keep_monthly: 4 },
      utc,
    );
    const cronOf = (kind: string) => plan.jobs.find((job) => job.kind === kind)?.schedule.cron;
    expect(cronOf('backup')).toBe('0 0,6,12,18 * * *');
    expect(cronOf('forget')).toBe('15 4 * * *');
    for (let back = 0; back <= 56; back += 1) {
      const counted = new Map<number, number>();
      for (const [age, newest, oldest, count] of all) {
        if (newest <= back && back <= oldest) counted.set(age, (counted.get(age) ?? 0) + count);
      }
      const expected = new Map<number, number>();
      for (const taken of existingAt(lives, MODEL_MOMENT - back * 1440)) {
        const age = Math.floor(MODEL_MOMENT / 1440) - Math.floor(taken / 1440);
        expected.set(age, (expected.get(age) ?? 0) + 1);
      }
      expect([back, [...counted].sort()]).toEqual([back, [...expected].sort()]);
    }
  });

  test('the months hold the same days, and no day that is to come', () => {
    const [shown] = reportOf(single(rules), { at: Date.parse('2026-02-10T12:00Z') / 60_000 }).calendar
      .classes;
    const months = shown?.months ?? [];
    expect(months[0]).toMatchObject({ label: 'Feb 2026', first_age: 9 });
    expect(months[0]?.days.map(({ is_void }) => is_void).indexOf(true)).toBe(10);
    const days = months.flatMap(({ days: all }) => all);
    expect(days.reduce((sum, { count }) => sum + count, 0)).toBe(shown?.total);
    expect(shown?.dates.reduce((sum, { count }) => sum + count, 0)).toBe(shown?.total);
    expect(shown?.oldest).toBe('2025-11-30');
  });

  test('services that live alike share a class; an operator keeps its own', () => {
    const by = (method: string) =>
      planOf(
        policyOf(
          `    kubernetes_secret: s
deployments: [{ runtime: kubernetes, services: [db] }]
runtimes: { kubernetes: { method: ${method} } }
`,
        ),
        DB,
      ).plan;
    expect(reportOf(by('restic')).calendar).toMatchObject({
      classes: [{ services: ['db'], timezone: 'UTC' }],
      elsewhere: [],
    });
    expect(reportOf(by('velero')).calendar).toEqual({ classes: [], elsewhere: ['db'] });
  });
});

test('restore order: stages by what services need; circles and strangers are named', () => {
  const contract = (id: string, requires: string): string =>
    `service_id: ${id}\nruntime_templates: { baremetal: a }\nrequires: [${requires}]\nmounts: { persistent_volumes: [{ name: d, path: /${id} }] }\n`;
  const { plan } = planOf(
    policyOf("deployments: [{ runtime: baremetal, services: ['*'] }]\n"),
    ...[contract('a', 'c'), contract('b', 'a, elsewhere'), contract('c', '')],
    ...[contract('x', 'y'), contract('y', 'x'), contract('z', 'y'), contract('self', 'self')],
  );
  const { restore } = reportOf(plan);
  expect(restore.stages.map(({ services }) => services.map(({ service }) => service))).toEqual([
    ['c', 'self'],
    ['a'],
    ['b'],
  ]);
  expect(restore.stages[2]?.services[0]).toMatchObject({ needs: 'a', foreign: 'elsewhere' });
  expect(restore.circular).toEqual(['x', 'y', 'z']);
});

test('warnings are grouped by code; notes are left out', () => {
  const span = { file: 'a.yml', line: 3, column: 1, end_line: 3, end_column: 2 };
  const { findings } = reportOf(single('{}'), {
    diagnostics: [
      ...[1, 2, 3, 4].map((n) => ({ code: 'STW402', severity: 'warning', message: `m${n}`, span }) as const),
      { code: 'STW403', severity: 'info', message: 'no', span },
    ],
  });
  expect(findings).toHaveLength(1);
  expect(findings[0]?.first.map(({ message, where }) => `${message} ${where}`)).toEqual([
    'm1 a.yml:3',
    'm2 a.yml:3',
    'm3 a.yml:3',
  ]);
  expect(findings[0]?.rest.map(({ message }) => message)).toEqual(['m4']);
});
