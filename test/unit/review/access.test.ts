import { expect, test } from '@jest/globals';
import {
  change,
  POLICY,
  reviewStates,
  serviceText,
  STATE,
  without,
  type State,
} from '../../support/review.js';

const wiki = 'services/wiki.yml';
const policy = 'stowage.yml';

test('a password and an environment that are looked for in another place are notes', () => {
  const named = change(
    policy,
    '    maintenance: { host: backup1 }',
    '    password_file: /etc/a\n    maintenance: { host: backup1 }',
  );
  expect(reviewStates(named, change(policy, '/etc/a', '/etc/b', named))).toMatchObject([
    { code: 'STW847', severity: 'info', before: '/etc/a', after: '/etc/b', span: { file: policy, line: 6 } },
  ]);
  const more = change(policy, '/etc/a\n', '/etc/a\n    environment_file: /etc/env\n', named);
  expect(reviewStates(named, more)).toMatchObject([{ code: 'STW847', before: null, after: '/etc/env' }]);
});

test('a job on Kubernetes that becomes root because the contract names no user any more', () => {
  const before: State = {
    [policy]: POLICY.replace('docker, host: web1', 'kubernetes').replaceAll(
      'maintenance:',
      'kubernetes_secret: s\n    maintenance:',
    ),
    [wiki]: `${serviceText('wiki')}service_security: { run_as_user: 1000, run_as_group: 1000 }
backup: { volumes: { files: { claim: one }, config: { enabled: false, reason: made again } } }\n`,
  };
  const after = change(wiki, 'run_as_user: 1000, run_as_group: 1000', 'run_as_user: 0', before);
  expect(reviewStates(before, after)).toMatchObject([
    {
      code: 'STW823',
      severity: 'warning',
      service: 'wiki',
      before: 'user 1000',
      after: 'root',
      span: { file: wiki, line: 14 },
    },
  ]);
  expect(reviewStates(after, before)).toEqual([]);
  expect(
    reviewStates(
      before,
      change(wiki, /service_security.*\n/.exec(before[wiki] ?? '')?.[0] ?? '', '', before),
    ),
  ).toMatchObject([{ code: 'STW823', after: 'root', span: { file: wiki, line: 1 } }]);
});

test('a service is gone, and another one mounts its folder without backing it up, or a folder around it', () => {
  const left = without('services/blog.yml');
  const found = (state: State) =>
    reviewStates(STATE, state)
      .filter(({ volume, severity }) => volume === 'config' && severity === 'critical')
      .map(({ code, after }) => [code, after]);
  expect(found(left)).toEqual([['STW801', null]]);
  const mount = (path: string) =>
    change(
      wiki,
      'service_volumes:\n',
      `service_volumes:\n  - { name: more, host_path: ${path}, target: /more }\n`,
      left,
    );
  for (const path of ['/srv/blog/config', '/srv/blog', '/srv/blog/config/part']) {
    expect(found(mount(path))).toEqual([['STW804', 'wiki']]);
  }
  expect(found(mount('/srv/blog/configuration'))).toEqual([['STW801', null]]);
});
