import { expect, test } from '@jest/globals';
import { keepOptions } from '../../../src/retention/options.js';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { systemd } from '../../../src/targets/systemd/target.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf, policyOf } from '../../support/project.js';

/** Every rule of a contract, and the option that `restic forget --help` names for it (0.17 to 0.19), in restic's order. */
const RULES = {
  keep_last: ['--keep-last', 1],
  keep_hourly: ['--keep-hourly', 2],
  keep_daily: ['--keep-daily', 3],
  keep_weekly: ['--keep-weekly', 4],
  keep_monthly: ['--keep-monthly', 5],
  keep_yearly: ['--keep-yearly', 6],
  keep_within: ['--keep-within', '7d'],
  keep_within_hourly: ['--keep-within-hourly', '8d'],
  keep_within_daily: ['--keep-within-daily', '9d'],
  keep_within_weekly: ['--keep-within-weekly', '2m'],
  keep_within_monthly: ['--keep-within-monthly', '1y'],
  keep_within_yearly: ['--keep-within-yearly', '7y2m3d1h'],
} as const;
const retention = Object.fromEntries(Object.entries(RULES).map(([rule, [, value]]) => [rule, value]));
const written = Object.values(RULES).map(([option, value]) => `${option} ${value}`);

test('each rule is restic’s option of that name', () => {
  expect(keepOptions(retention).map(({ option, value }) => `${option} ${value}`)).toEqual(written);
});

test.each(Object.entries(RULES))('%s alone is %j', (rule, [option, value]) => {
  expect(keepOptions({ [rule]: value })).toEqual([{ option, value: String(value) }]);
});

test('what forget is told on a host is what the contract says, rule by rule', () => {
  const text = `service_id: app
runtime_templates: { baremetal: a }
mounts: { persistent_volumes: [{ name: data, path: /srv/data }] }
backup: { retention: ${JSON.stringify(retention)} }
`;
  const policy = policyOf('deployments: [{ runtime: baremetal, host: web1, services: [app] }]\n');
  const { plan, diagnostics } = planOf(policy, text);
  expect(diagnostics).toEqual([]);
  const input = { plan, runtimes: policy.runtimes, templates: projectTemplates(builtinTemplates(), plan) };
  const script = systemd.render(input).find(({ path }) => path.endsWith('/forget/main/app.sh'))?.content;
  expect(script?.match(/--keep-\S+ \S+/g)).toEqual(written);
  expect(script).toMatch(/^exec \/bin\/sh \S+\/apply-retention\.sh service:app app -- \\$/m);
});
