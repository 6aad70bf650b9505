import { describe, expect, test } from '@jest/globals';
import { project, put, read, scratch, stowage } from './program.js';

interface Answer {
  readonly jobs: readonly { readonly kind: string; readonly service: string | null }[];
  readonly diagnostics: readonly { readonly severity: string }[];
  readonly simulation: { readonly busiest_minute: number };
}

function answerOf(out: string): Answer {
  return JSON.parse(out) as Answer;
}

const AT = ['--at', '2026-11-24T00:00:00Z'];

describe('schedule of a project', () => {
  test('json: one row for each job, in the documented shape', () => {
    const { code, out } = stowage(project(), ['schedule', ...AT, '--count', '2', '--format', 'json']);
    const { jobs, diagnostics } = answerOf(out);
    expect([code, diagnostics.filter((entry) => entry.severity === 'error')]).toEqual([0, []]);
    expect(jobs.map((job) => [job.kind, job.service])).toEqual([
      ['backup', 'blog'],
      ['backup', 'wiki'],
      ['forget', null],
      ['prune', null],
      ['check', null],
      ['locks', null],
    ]);
    expect(jobs[2]).toEqual({
      kind: 'forget',
      service: null,
      repository: 'main',
      runtime: 'systemd',
      host: 'backup1',
      cron: '15 4 * * *',
      on_calendar: ['*-*-* 04:15:00 UTC'],
      timezone: 'UTC',
      next: ['2026-11-24T04:15:00Z', '2026-11-25T04:15:00Z'],
      worst_case_minutes: null,
    });
    expect(jobs[0]).toMatchObject({
      repository: 'main',
      runtime: 'docker',
      host: 'web1',
      worst_case_minutes: 1440,
    });
  });

  test('text: a table and the load of the day; a filter leaves the rest out', () => {
    const { code, out } = stowage(project(), ['schedule', ...AT, '--host', 'backup1']);
    expect(code).toBe(0);
    expect(out).toMatch(/^KIND +SERVICE/);
    expect(out).toContain('2026-11-24 04:00      1 #');
    expect(out).not.toContain('wiki');
  });

  test('an unknown host or repository is a mistake', () => {
    for (const [option, name, hint] of [
      ['--host', 'web2', 'web1'],
      ['--repository', 'mian', 'main'],
    ] as const) {
      const { code, err } = stowage(project(), ['schedule', option, name]);
      expect(code).toBe(1);
      expect(err).toContain('STW720');
      expect(err).toContain(hint);
    }
  });

  test('a collision is a warning, and fails on request', () => {
    const folder = project();
    const policy = read(folder, 'stowage.yml')
      .replace('"@daily"', '"10 4 * * *"\n  spread: 0m')
      .replace('maintenance:', 'forget: "15 4 * * *"\n    maintenance:');
    put(folder, 'stowage.yml', policy);
    expect(stowage(folder, ['schedule', ...AT])).toMatchObject({
      code: 0,
      err: expect.stringContaining('STW710'),
    });
    expect(stowage(folder, ['schedule', ...AT, '--fail-on', 'warning']).code).toBe(1);
  });

  test('what collides is about the thirteen months after --at', () => {
    const folder = project();
    const policy = read(folder, 'stowage.yml')
      .replace('"@daily"', '"45 4 28 2 *"\n  spread: 0m')
      .replace('maintenance:', 'prune: "45 4 * * 0"\n    maintenance:');
    put(folder, 'stowage.yml', policy);
    // The 28th of February is a Sunday in 2027, and not in 2026.
    const found = (at: string) => stowage(folder, ['schedule', '--at', at]).err.match(/STW710 prune .*/g);
    expect(found('2025-11-24')).toBeNull();
    expect(found('2026-11-24')).toEqual([expect.stringContaining('is due at 2027-02-28 04:45 UTC')]);
  });

  test('a job of an operator that knows no time zone is shown when it really runs', () => {
    const folder = scratch();
    const policy = `version: 1
project: lab
contracts: app.yml
repositories:
  main: { url: "rest:https://backup.example/main", kubernetes_secret: restic, maintenance: { namespace: backup } }
defaults: { schedule: "30 2 * * *", spread: 0m, timezone: Europe/Berlin }
deployments: [{ runtime: kubernetes, services: ["*"] }]
runtimes: { kubernetes: { method: volsync } }
`;
    put(folder, 'stowage.yml', policy);
    put(
      folder,
      'app.yml',
      'service_id: app\nservice_namespace: apps\nruntime_templates: { kubernetes: x }\n' +
        'service_volumes: [{ name: data, target: /data }]\nmounts: { persistent_volumes: [{ name: data, path: /data }] }\n',
    );
    const at = ['schedule', '--at', '2026-12-24', '--count', '1', '--format', 'json'];
    // In winter it is 02:30 in Berlin at 01:30.
    expect(answerOf(stowage(folder, at).out).jobs[0]).toMatchObject({
      ...{ kind: 'backup', cron: '30 0 * * *', timezone: 'UTC', next: ['2026-12-24T00:30:00Z'] },
    });
    put(folder, 'stowage.yml', policy.replace('volsync', 'k8up'));
    expect(answerOf(stowage(folder, at).out).jobs[0]).toMatchObject({
      ...{ kind: 'backup', cron: '30 2 * * *', timezone: 'Europe/Berlin', next: ['2026-12-24T01:30:00Z'] },
    });
  });

  test('a made-up fleet', () => {
    const { code, out } = stowage(project(), ['schedule', ...AT, '--simulate', '300', '--format', 'json']);
    expect(code).toBe(0);
    const { simulation } = answerOf(out);
    expect(simulation).toMatchObject({ services: 300, ideal_minute: 4, first_collision: null });
    expect(simulation.busiest_minute).toBeLessThanOrEqual(8);
  });
});

describe('schedule of one expression', () => {
  test('without a project', () => {
    const args = [
      'schedule',
      '--cron',
      '0 3 13 * 5',
      '--timezone',
      'Europe/Berlin',
      ...AT,
      '--format',
      'json',
    ];
    const { code, out } = stowage(scratch(), args);
    expect(code).toBe(0);
    expect(answerOf(out).jobs).toEqual([
      expect.objectContaining({
        cron: '0 3 13 * 5',
        on_calendar: ['Fri *-*-* 03:00:00 Europe/Berlin', '*-*-13 03:00:00 Europe/Berlin'],
        next: ['2026-11-27T02:00:00Z', '2026-12-04T02:00:00Z', '2026-12-11T02:00:00Z'],
      }),
    ]);
  });

  test('both runtimes where they differ', () => {
    const args = [
      'schedule',
      '--cron',
      '30 2 * * *',
      '--timezone',
      'Europe/Berlin',
      '--at',
      '2026-10-24T12:00Z',
    ];
    const { out, err } = stowage(scratch(), args);
    expect(out).toMatch(/systemd .*2026-10-25 00:30, 2026-10-26 01:30/);
    expect(out).toMatch(/kubernetes .*2026-10-25 00:30, 2026-10-25 01:30/);
    expect(err).toContain('STW707');
  });

  test.each([
    [['--cron', '0 0 31 2 *'], 1, 'STW212'],
    [['--cron', '* * * * *', '--timezone', 'Mars/Base'], 2, 'is not a time zone'],
    [['--cron', '* * * * *', '--at', '2026-02-31'], 2, 'is not a time'],
    [['--cron', '* * * * *', '--at', '2026-13-01T00:00Z'], 2, 'is not a time'],
    [['--cron', '* * * * *', '--count', '0'], 2, 'whole number'],
    [['--cron', '* * * * *', '--simulate', '5'], 2, '`--simulate` does not go with `--cron`'],
    [['--cron', '* * * * *', '--host', 'web1'], 2, '`--host` does not go with `--cron`'],
    [['--simulate', '5', '--repository', 'main'], 2, '`--repository` does not go with `--simulate`'],
    [['--timezone', 'UTC'], 2, 'goes with `--cron`'],
  ])('%j is refused', (args, code, message) => {
    const run = stowage(scratch(), ['schedule', ...args]);
    expect(run.code).toBe(code);
    expect(run.err).toContain(message);
  });
});
