import { expect, test } from '@jest/globals';
import { drawPlan } from '../../../src/plan/build.js';
import { rememberTimes } from '../../../src/plan/place-in-time.js';
import { intlZones } from '../../../src/time/intl-zone.js';
import { contractsOf, policyOf } from '../../support/project.js';

const contract = (id: string, more = '') => `service_id: ${id}
runtime_templates: { docker: a, kubernetes: b }
service_volumes: [{ name: data, target: /data, host_path: /srv/${id} }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
${more}`;

/** `    more` at the repository, then `deployments` and `defaults`. */
const policy = (repository = '', where = 'runtime: docker, host: web1', defaults = 'spread: 4h') =>
  policyOf(
    `${repository === '' ? '' : `    ${repository}\n`}defaults: { repository: main, ${defaults} }
deployments: [{ ${where}, services: ["*"] }]
`,
  );

test('what was reckoned before never answers for other inputs', () => {
  const plain = [contract('wiki'), contract('dns')];
  const drawn: [ReturnType<typeof policyOf>, string[]][] = [
    [policy(), plain],
    ...['timezone: Asia/Tokyo', 'margin: 3h', 'forget: "0 3 * * *"', 'prune: "0 2 1 * *"'].map(
      (key): [ReturnType<typeof policyOf>, string[]] => [policy(key), plain],
    ),
    [policy('check: { schedule: "30 1 * * *" }'), plain],
    [policy('forget: { every: 1d, window: 01:00-07:00 }'), plain],
    [policy('', 'runtime: docker, host: web2'), plain],
    [policy('', 'runtime: kubernetes'), plain],
    ...['spread: 1h', 'spread: 4h, timezone: America/New_York', 'spread: 4h, schedule: "0 5 * * *"'].map(
      (keys): [ReturnType<typeof policyOf>, string[]] => [policy('', undefined, keys), plain],
    ),
    [policy(), [contract('wiki', 'service_storage_gb: 5000'), contract('dns')]],
    [policy(), [contract('wiki', 'backup: { schedule: "0 6 * * 1" }'), contract('dns')]],
    [policy(), [contract('wiki'), contract('news')]],
    [policy(), [contract('wiki')]],
    [policy(), plain],
  ];
  const remembering = rememberTimes();
  for (const [given, texts] of drawn) {
    const contracts = contractsOf(...texts);
    const { plan } = drawPlan(given, contracts, intlZones, remembering);
    expect(plan).toEqual(drawPlan(given, contracts, intlZones).plan);
  }
});
