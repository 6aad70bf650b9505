import { expect, test } from '@jest/globals';
import { change, POLICY, reviewStates, serviceText, type State } from '../../support/review.js';

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
      span: { file: policy, line: 18 },
    },
  ]);
  // Whoever ran the installer may well have been that user.
  const unnamed = change(policy, 'runtimes: { podman: { user: alice } }\n', '', before);
  expect(reviewStates(unnamed, before)).toEqual([]);
  // Jobs of the system run as their own user.
  const system = change(wiki, 'quadlet_scope: user\n', '', before);
  expect(reviewStates(system, change(policy, 'user: alice', 'user: bob', system))).toEqual([]);
});
