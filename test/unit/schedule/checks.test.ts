import { describe, expect, test } from '@jest/globals';
import { planOf, policyOf } from '../../support/project.js';

/** A service that is backed up at a time of its own. */
function service(id: string, cron: string): string {
  return (
    `service_id: ${id}\nruntime_templates: { docker: a }\n` +
    `service_volumes: [{ name: data, target: /data, host_path: /srv/${id} }]\n` +
    `mounts: { persistent_volumes: [{ name: data, path: /data }] }\n` +
    `backup: { schedule: "${cron}", spread: 0m }\n`
  );
}

/** Times that are written stay as they are. */
const FIXED = `    forget: "15 4 * * *"
    prune: { schedule: "45 4 * * 0" }
    check: { schedule: "45 5 * * 0" }
`;

function found(policy: string, ...crons: string[]): string[] {
  const contracts = crons.map((cron, index) => service(`s${index}`, cron));
  return planOf(policyOf(policy), ...contracts).diagnostics.map(
    ({ code, message }) => `${code} ${message.slice(0, 40)}`,
  );
}

describe('collisions with forget at 04:15, prune on Sundays at 04:45, check at 05:45', () => {
  test.each([
    ['4 15 * * *', 0],
    ['0 4 * * *', 0],
    ['1 4 * * *', 1],
    ['29 4 * * 1', 1],
    ['30 4 * * 1', 0],
    // Sundays only for prune and check; 04:30 keeps clear of both forget and prune.
    ['30 4 * * 0', 0],
    ['45 4 * * 0', 1],
    ['45 4 * * 6', 0],
    ['50 5 1 * *', 1],
    ['50 5 29 2 *', 0],
    ['15 4 29 2 *', 1],
  ])('a backup at %s: %d found', (cron, count) => {
    expect(found(FIXED, cron).filter((line) => line.startsWith('STW710'))).toHaveLength(count);
  });

  test('one in summer only, because the zones differ', () => {
    const policy = 'defaults: { timezone: Europe/Berlin }\n';
    const utc = `    timezone: UTC\n    prune: "30 1 * * *"\n${policy}`;
    expect(found(utc, '30 3 * * *').filter((line) => line.startsWith('STW710'))).toEqual([
      'STW710 prune of `main` is due at 2024-03-31 01:',
    ]);
  });

  test('a spread leaves the minutes of maintenance free', () => {
    const contracts = Array.from({ length: 60 }, (_, index) =>
      service(`s${index}`, '0 4 * * *').replace('spread: 0m', 'spread: 2h'),
    );
    const { plan, diagnostics } = planOf(policyOf(FIXED), ...contracts);
    expect(diagnostics).toEqual([]);
    const offsets = plan.jobs
      .filter(({ sources }) => sources.length > 0)
      .map(({ schedule }) => schedule.offset_minutes);
    expect(new Set(offsets).size).toBeGreaterThan(25);
  });
});

describe('what a finding says', () => {
  const diagnosticsOf = (policy: string, ...contracts: string[]) =>
    planOf(policyOf(policy), ...contracts).diagnostics;

  test('every backup that is in the way is named, and the time that works for all of them', () => {
    const [finding, ...more] = diagnosticsOf(
      FIXED,
      service('a', '10 4 * * 3'),
      service('b', '20 4 1 * *'),
      service('c', '0 12 * * *'),
    );
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      code: 'STW710',
      severity: 'warning',
      message:
        'forget of `main` is due at 2024-01-01 04:15 UTC, within 15m of the backup of `b` at 2024-01-01 04:20 UTC; it also meets the backups of `a`',
      hint: '`55 3 * * *` keeps clear of every other job of the repository',
    });
  });

  test('a backup and another maintenance job in the way are two findings; no time is suggested twice', () => {
    const together =
      '    forget: "0 4 * * *"\n    prune: "0 4 * * *"\n    check: { schedule: "0 4 * * *" }\n';
    const all = diagnosticsOf(together, service('a', '5 4 * * *'));
    expect(all.map(({ code, message }) => `${code} ${message.split(' ', 1)[0] ?? ''}`).sort()).toEqual([
      'STW710 check',
      'STW710 forget',
      'STW710 prune',
      'STW711 check',
      'STW711 check',
      'STW711 prune',
    ]);
    expect(new Set(all.map(({ hint }) => hint)).size).toBe(3);
  });

  test('a time that is suggested works when it is written, though backups move with maintenance', () => {
    const broken: string[] = [];
    let suggested = 0;
    for (let round = 0; round < 8; round += 1) {
      // Clear of maintenance at midnight; more of it half an hour before would leave less than a quarter of the spread.
      const contracts = [service(`s${round}`, '53 22 * * *').replace('0m', '90m')];
      const policy = (times: Record<string, string>) =>
        policyOf(
          `    margin: 25m\n    forget: "${times.forget ?? '0 0 * * *'}"\n    prune: "${times.prune ?? '0 0 * * *'}"\n` +
            `    check: { schedule: "${times.check ?? '45 0 * * *'}" }\n`,
        );
      const before = planOf(policy({}), ...contracts);
      const hints = before.diagnostics.flatMap(({ message, hint }) => {
        const time = /^`(.+)` keeps clear/.exec(hint ?? '')?.[1];
        return time === undefined ? [] : [[message.split(' ', 1)[0] ?? '', time] as const];
      });
      suggested += hints.length;
      const after = planOf(policy(Object.fromEntries(hints)), ...contracts);
      broken.push(...after.diagnostics.map(({ message }) => `${JSON.stringify(hints)}: ${message}`));
    }
    expect(broken).toEqual([]);
    expect(suggested).toBeGreaterThan(4);
  });

  test('after ten services the rest are counted', () => {
    const crowd = Array.from({ length: 14 }, (_, index) => service(`s${index}`, '15 4 * * *'));
    const [finding] = diagnosticsOf(FIXED, ...crowd);
    expect(finding?.message).toMatch(/the backup of `s0` at .* the backups of `s10`, .*`s6` and 3 more$/);
  });

  test('maintenance that never finds a gap is an error', () => {
    const all = diagnosticsOf(FIXED, service('a', '*/15 * * * *'));
    expect(all.map(({ code, severity }) => `${code} ${severity}`)).toEqual(Array(3).fill('STW712 error'));
    expect(
      diagnosticsOf(
        `${FIXED}    margin: 5m
`,
        service('a', '*/15 * * * *'),
      ),
    ).toEqual([
      expect.objectContaining({ code: 'STW710', severity: 'warning' }),
      expect.objectContaining({ code: 'STW710', severity: 'warning' }),
      expect.objectContaining({ code: 'STW710', severity: 'warning' }),
    ]);
    expect(
      diagnosticsOf(
        `${FIXED}    margin: 0m
`,
        service('a', '*/15 * * * *'),
      ),
    ).toEqual([]);
  });
});

describe('maintenance that may move', () => {
  const times = (policy: string, ...contracts: string[]) => {
    const { plan, diagnostics } = planOf(policyOf(policy), ...contracts);
    const upkeep = plan.jobs.filter(({ service, locks }) => service === null && locks.length > 0);
    return [...upkeep.map(({ schedule }) => schedule.cron), ...diagnostics.map(({ code }) => code)];
  };
  const spread = (id: string, cron: string, length: string) =>
    service(id, cron).replace('spread: 0m', `spread: ${length}`);

  test('stays at its usual time when nothing is in the way', () => {
    expect(times('', service('a', '0 12 * * *'))).toEqual(['15 4 * * *', '45 4 * * 0', '45 5 * * 0']);
  });

  test('gives way to a backup at a fixed time', () => {
    expect(times('', service('a', '20 4 * * *'), service('b', '50 5 1 * *'))).toEqual([
      '35 4 * * *',
      '50 4 * * 0',
      '5 6 * * 0',
    ]);
  });

  test('leaves the window of backups that can move, however many they are', () => {
    const policy = '    forget: { window: "03:00-06:00" }\n';
    const expected = ['14 4 * * *', '45 4 * * 0', '45 5 * * 0'];
    expect(times(policy, spread('a', '0 3 * * *', '60m'))).toEqual(expected);
    const more = Array.from({ length: 40 }, (_, index) => spread(`s${index}`, '0 3 * * *', '60m'));
    expect(times(policy, ...more)).toEqual(expected);
  });

  test('under hourly backups everything takes the same minutes of the hour from them', () => {
    const hourly = Array.from({ length: 50 }, (_, index) => spread(`s${index}`, '@hourly', '1h'));
    expect(times('', ...hourly)).toEqual(['15 4 * * *', '15 5 * * 0', '15 6 * * 0']);
  });

  test('every and window are spellings of it, and may pass midnight', () => {
    const policy =
      '    forget: { every: 6h }\n    prune: { every: 7d, window: "23:50-02:00" }\n    check: { every: 1d }\n';
    expect(times(policy, service('a', '55 23 * * *'), service('b', '5 0 * * *'))).toEqual([
      '20 0,6,12,18 * * *',
      '35 0 * * 1',
      '50 0 * * *',
    ]);
  });
});

describe('spreads', () => {
  const codes = (policy: string, backup: string) => {
    const contract = service('a', '0 0 * * *').replace(/backup: .*/, `backup: ${backup}`);
    return planOf(policyOf(policy), contract).diagnostics.map(({ code, severity }) => `${code} ${severity}`);
  };
  test.each([
    // Written beside the schedule, or set against the one that is inherited.
    ['', '{ schedule: "@hourly", spread: 90m }', ['STW704 error']],
    ['defaults: { schedule: "@hourly" }\n', '{ spread: 61m }', ['STW704 error']],
    ['defaults: { schedule: "@hourly", spread: 2h }\n', '{}', ['STW704 error']],
    ['defaults: { every: 30m, spread: 1h }\n', '{ schedule: "0 1 * * *" }', ['STW704 error']],
    // Handed down: it gives way.
    ['defaults: { spread: 90m }\n', '{ schedule: "@hourly" }', []],
    ['', '{ every: 30m }', []],
    // A week apart: not too long, but longer than cron can express.
    ['', '{ schedule: "0 1 * * 0", spread: 2d }', ['STW708 warning']],
    ['', '{ schedule: "30 23 1 * *", spread: 90m }', ['STW708 warning']],
    ['', '{ schedule: "0,50 3 * * *", spread: 45m }', ['STW708 warning']],
    ['', '{ schedule: "30 23 * * 0", spread: 90m }', []],
  ])('%j and %j', (policy, backup, expected) => {
    // Hourly backups may leave maintenance no gap; that is another finding.
    expect(codes(policy, backup).filter((code) => !code.startsWith('STW71'))).toEqual(expected);
  });
});

test('services without maintenance of their repository near them draw no remark', () => {
  expect(found('', '0 0 * * *', '0 12 * * *', '0 1 1 * *')).toEqual([]);
});
