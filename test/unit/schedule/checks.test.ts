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
    expect(found('', cron).filter((line) => line.startsWith('STW710'))).toHaveLength(count);
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
    const { plan, diagnostics } = planOf(policyOf(), ...contracts);
    expect(diagnostics).toEqual([]);
    const offsets = plan.services.map(({ placements }) => placements[0]?.schedule.offset_minutes);
    expect(new Set(offsets).size).toBeGreaterThan(25);
  });
});

test('services without maintenance of their repository near them draw no remark', () => {
  expect(found('', '0 0 * * *', '0 12 * * *', '0 1 1 * *')).toEqual([]);
});
