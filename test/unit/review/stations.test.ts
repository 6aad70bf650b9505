import { expect, test } from '@jest/globals';
import { change, POLICY, reviewStates, serviceText, STATE, type State } from '../../support/review.js';

const wiki = 'services/wiki.yml';
const policy = 'stowage.yml';

test('rootless jobs of another user no longer read the volumes of the one before', () => {
  const before: State = {
    [policy]: `${POLICY.replace('docker, host: web1', 'podman, host: web1')}runtimes: { podman: { user: alice } }\n`,
    [wiki]: `${serviceText('wiki')}quadlet_scope: user\n`,
  };
  const after = change(policy, 'user: alice', 'user: bob', before);
  expect(reviewStates(before, before)).toEqual([]);
  expect(reviewStates(before, after)).toMatchObject([
    {
      code: 'STW842',
      severity: 'warning',
      service: 'wiki',
      host: 'web1',
      before: 'user alice',
      after: 'user bob',
      message: expect.stringContaining('those of `alice` are no longer backed up'),
      span: { file: policy, line: 17 },
    },
  ]);
  // Whoever ran the installer may well have been that user.
  const unnamed = change(policy, 'runtimes: { podman: { user: alice } }\n', '', before);
  expect(reviewStates(unnamed, before)).toEqual([]);
  // Jobs of the system run as their own user.
  const system = change(wiki, 'quadlet_scope: user\n', '', before);
  expect(reviewStates(system, change(policy, 'user: alice', 'user: bob', system))).toEqual([]);
});

const DAEMONSET: State = {
  [policy]: `${POLICY.replace('docker, host: web1', 'kubernetes').replaceAll(
    'maintenance:',
    'kubernetes_secret: s\n    maintenance:',
  )}runtimes: { kubernetes: { host_path_mode: daemonset, node_selector: { disk: big } } }\n`,
  [wiki]: `${serviceText('wiki')}backup: { volumes: { files: { claim: one } } }\n`,
};

test('hostPath volumes that a scheduler leaves out on some nodes', () => {
  const lost = { code: 'STW805', severity: 'critical', service: 'wiki', runtime: 'kubernetes' };
  const other = change(policy, 'disk: big', 'disk: small', DAEMONSET);
  expect(reviewStates(DAEMONSET, other)).toMatchObject([
    {
      ...lost,
      before: 'kubernetes.io/os=linux, disk=big',
      after: 'kubernetes.io/os=linux, disk=small',
      message: expect.stringContaining('on nodes without `disk=small`'),
      span: { file: policy, line: 19 },
    },
  ]);
  const own = change(policy, 'services: ["*"]', 'services: ["*"], node_selector: { zone: a }', DAEMONSET);
  expect(reviewStates(DAEMONSET, own)).toMatchObject([{ ...lost, span: { file: policy, line: 18 } }]);
});

test('more nodes, or the same ones named elsewhere, lose nothing', () => {
  const all = change(policy, ', node_selector: { disk: big }', '', DAEMONSET);
  expect(reviewStates(DAEMONSET, all)).toEqual([]);
  expect(reviewStates(all, DAEMONSET)).toMatchObject([{ code: 'STW805' }]);
  const same = change(policy, 'services: ["*"]', 'services: ["*"], node_selector: { disk: big }', DAEMONSET);
  expect(reviewStates(DAEMONSET, same)).toEqual([]);
  expect(reviewStates(STATE, STATE)).toEqual([]);
});
