import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Spans } from '../../../src/review/spans.js';
import { review } from '../../../src/review/run.js';
import { intlZones } from '../../../src/time/intl-zone.js';
import {
  change,
  POLICY,
  reviewStates,
  serviceText,
  sideOfState,
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

/** One claim on Kubernetes, read as the workload's user. */
const CLUSTER: State = {
  [policy]: POLICY.replace('docker, host: web1', 'kubernetes').replaceAll(
    'maintenance:',
    'kubernetes_secret: s\n    maintenance:',
  ),
  [wiki]: `${serviceText('wiki')}service_security: { run_as_user: 1000, run_as_group: 1000 }
backup: { volumes: { files: { claim: one }, config: { enabled: false, reason: made again } } }\n`,
};

test('a job on Kubernetes that becomes root because the contract names no user any more', () => {
  const before = CLUSTER;
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
  const unnamed = change(wiki, /service_security.*\n/.exec(before[wiki] ?? '')?.[0] ?? '', '', before);
  expect(reviewStates(after, unnamed)).toEqual([]);
  expect(reviewStates(before, unnamed)).toMatchObject([
    { code: 'STW823', after: 'root', span: { file: wiki, line: 1 } },
  ]);
});

test('whom a job on Kubernetes runs as: no plan from before says so, and a template may say otherwise', () => {
  const [before, after] = [
    sideOfState(CLUSTER),
    sideOfState(change(wiki, 'run_as_user: 1000', 'run_as_user: 0', CLUSTER)),
  ];
  const { plan } = before.after;
  const unknown = { ...plan, jobs: plan.jobs.map((job) => ({ ...job, facts: {} })) };
  const spans = new Spans(after.loaded, before.loaded);
  const codes = (old: typeof plan) =>
    review({ ...before.after, plan: old }, after.after, spans, intlZones).map(({ code }) => code);
  expect(codes(plan)).toEqual(['STW823']);
  expect(codes(unknown)).toEqual([]);

  const template = readFileSync('templates/kubernetes/backup.yaml.hbs', 'utf8');
  const own = (user: string): State => ({
    ...CLUSTER,
    [policy]: `${CLUSTER[policy] ?? ''}templates: templates\n`,
    'templates/kubernetes/backup.yaml.hbs': template.replace(
      'securityContext: {{security.pod}}',
      `securityContext:\n            runAsUser: ${user}`,
    ),
  });
  expect(reviewStates(CLUSTER, own('0'))).toContainEqual(
    expect.objectContaining({ code: 'STW823', service: 'wiki', after: 'root' }),
  );
  expect(reviewStates(CLUSTER, own('1001')).filter(({ service }) => service === 'wiki')).toEqual([]);
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
