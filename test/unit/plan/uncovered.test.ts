import { expect, test } from '@jest/globals';
import { uncoveredVolume } from '../../../src/plan/checks/uncovered.js';
import { drawPlan } from '../../../src/plan/build.js';
import { NOTHING_UNREAD } from '../../../src/model/unread.js';
import { SIMULATION } from '../../../src/schedule/runs.js';
import { intlZones } from '../../../src/time/intl-zone.js';
import { contractsOf, policyOf } from '../../support/project.js';

const WIKI = `service_id: wiki
runtime_templates: { docker: a }
service_volumes: [{ name: data, target: /data, host_path: /srv/wiki }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
`;

/** What is found when the runtime leaves jobs out. */
function found(drop: boolean): string[] {
  const policy = policyOf('deployments: [{ runtime: docker, host: web1, services: [wiki] }]\n');
  const contracts = contractsOf(WIKI);
  const { plan, ...drawn } = drawPlan(policy, contracts, intlZones);
  const jobs = drop ? plan.jobs.filter(({ kind }) => kind !== 'backup') : plan.jobs;
  return uncoveredVolume({
    ...{ policy, contracts, zones: intlZones, period: SIMULATION, unread: NOTHING_UNREAD },
    ...drawn,
    plan: { ...plan, jobs },
  }).map(({ code, severity, message }) => `${code} ${severity} ${message}`);
}

test('a volume that is to be backed up and that no job reads is an error', () => {
  expect(found(true)).toEqual(['STW345 error no job backs up `data` of `wiki` on docker']);
  expect(found(false)).toEqual([]);
});
