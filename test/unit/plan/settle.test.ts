import { expect, test } from '@jest/globals';
import { pathRows } from '../../../src/cli/path-rows.js';
import { settle } from '../../../src/plan/settle.js';
import { planOf, policyOf } from '../../support/project.js';

const WIKI = `service_id: wiki
runtime_templates: { docker: a, kubernetes: b }
service_volumes: [{ name: data, target: /data }, { name: logs, target: /logs }]
mounts: { persistent_volumes: [{ name: data, path: /data }, { name: logs, path: /logs }, { name: old, path: /old }] }
backup: { volumes: { old: { enabled: false, reason: kept on paper } } }
`;

test('a volume is backed up where a job reads it, and says why where none does', () => {
  const { plan } = planOf(policyOf('    kubernetes_secret: restic\n'), WIKI);
  const answers = pathRows(plan).map(({ volume, runtime, backed_up, reason }) => [
    volume,
    runtime,
    backed_up,
    reason,
  ]);
  expect(answers).toEqual([
    ['data', 'docker', true, null],
    ['data', 'kubernetes', true, null],
    ['logs', 'docker', true, null],
    ['logs', 'kubernetes', false, 'not mounted on kubernetes'],
    ['old', 'docker', false, 'kept on paper'],
    ['old', 'kubernetes', false, 'kept on paper'],
  ]);
});

test('what keeps a whole service from having a job is the reason of each of its volumes', () => {
  const { plan } = planOf(policyOf(), WIKI);
  const [placement] = plan.services[0]?.placements.filter(({ runtime }) => runtime === 'kubernetes') ?? [];
  expect(placement?.obstacles).toHaveLength(1);
  expect(placement?.volumes.map(({ backed_up, reason }) => [backed_up, reason])).toEqual([
    [false, placement?.obstacles[0]],
    [false, 'not mounted on kubernetes'],
    [false, 'kept on paper'],
  ]);
});

test('without its job a volume is not backed up, whatever was meant', () => {
  const { plan } = planOf(policyOf('    kubernetes_secret: restic\n'), WIKI);
  const bare = settle({ ...plan, jobs: [] });
  expect(pathRows(bare).filter(({ backed_up }) => backed_up)).toEqual([]);
  expect(pathRows(bare)[0]?.reason).toBe('no job backs it up');
});
