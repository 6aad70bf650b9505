import { describe, expect, test } from '@jest/globals';
import { change, POLICY, reviewStates, serviceText, STATE, type State } from '../../support/review.js';

const wiki = 'services/wiki.yml';
const policy = 'stowage.yml';

/** The text of the line that each finding of a code points at. */
function pointedAt(code: string, after: State, before: State = STATE): string[] {
  return reviewStates(before, after)
    .filter((finding) => finding.code === code)
    .map(({ span }) => (after[span.file] ?? '').split('\n')[span.line - 1]?.trim() ?? '');
}

const append = (text: string, state: State = STATE): State => ({
  ...state,
  [wiki]: `${state[wiki] ?? ''}${text}`,
});

describe('a finding stands where the change was made', () => {
  test('a path of the host, a path of the workload, a root of an engine', () => {
    expect(pointedAt('STW842', change(wiki, '/srv/wiki/config', '/data/wiki'))).toEqual([
      '- { name: config, host_path: /data/wiki, target: /etc/wiki }',
    ]);
    expect(
      pointedAt(
        'STW828',
        change(wiki, '- { name: config, path: /etc/wiki }', '- { name: config, path: /etc/wiki/x }'),
      ),
    ).toEqual(['- { name: config, path: /etc/wiki/x }']);
    const moved = { ...STATE, [policy]: `${POLICY}runtimes: { docker: { data_root: /data/docker } }\n` };
    expect(reviewStates(STATE, moved)).toMatchObject(
      ['blog', 'wiki'].map((id) => ({
        before: `/var/lib/docker/volumes/${id}_files/_data`,
        after: `/data/docker/volumes/${id}_files/_data`,
        span: { file: policy, line: 18 },
      })),
    );
  });

  test('a Compose project, said by the contract, its deployment or the defaults', () => {
    const moved = 'docker_volume homelab_files';
    const where = (state: State) =>
      reviewStates(STATE, state)
        .filter(({ after }) => after === moved)
        .map(({ span }) => (state[span.file] ?? '').split('\n')[span.line - 1]?.trim());
    expect(where(append('backup: { compose_project: homelab }\n'))).toEqual([
      'backup: { compose_project: homelab }',
    ]);
    const deployed = change(policy, 'docker, host: web1,', 'docker, host: web1, compose_project: homelab,');
    expect(new Set(where(deployed))).toEqual(
      new Set([expect.stringContaining('compose_project: homelab') as unknown as string]),
    );
  });

  test('a claim, a namespace, a scope', () => {
    const cluster = append(
      'service_namespace: a\nbackup:\n  volumes:\n    files: { claim: one }\n    config: { enabled: true }\n',
      {
        [wiki]: serviceText('wiki'),
        [policy]: POLICY.replace('docker, host: web1', 'kubernetes').replaceAll(
          'maintenance:',
          'kubernetes_secret: s\n    maintenance:',
        ),
      },
    );
    expect(pointedAt('STW842', change(wiki, 'claim: one', 'claim: two', cluster), cluster)).toEqual([
      'files: { claim: two }',
    ]);
    expect(
      new Set(pointedAt('STW842', change(wiki, 'namespace: a', 'namespace: b', cluster), cluster)),
    ).toEqual(new Set(['service_namespace: b']));
    const quadlet = {
      [wiki]: `quadlet_scope: system\n${serviceText('wiki')}`,
      [policy]: POLICY.replace('docker, host: web1', 'podman, host: web1'),
    };
    expect(pointedAt('STW842', change(wiki, 'scope: system', 'scope: user', quadlet), quadlet)).toContain(
      'quadlet_scope: user',
    );
  });

  test('the deployment that names the service, of several for the same host', () => {
    const two = change(
      policy,
      '  - { runtime: docker, host: web1, services: ["*"] }\n',
      '  - { runtime: docker, host: web1, services: [blog] }\n  - { runtime: docker, host: web1, services: [wiki] }\n',
    );
    const after = change(policy, 'services: [wiki] }', 'services: [wiki], snapshot_host: other }', two);
    expect(pointedAt('STW811', after, two)).toEqual([
      '- { runtime: docker, host: web1, services: [wiki], snapshot_host: other }',
    ]);
  });

  test('the key of several that say when, where it changed', () => {
    const zoned = (zone: string): State =>
      change(policy, '  spread: 0m\n', `  spread: 0m\n  timezone: ${zone}\n`);
    expect(new Set(pointedAt('STW841', zoned('Asia/Tokyo'), zoned('UTC')))).toEqual(
      new Set(['timezone: Asia/Tokyo']),
    );
    const own = append('backup: { every: 6h }\n', zoned('UTC'));
    expect(
      new Set(pointedAt('STW841', change(policy, 'timezone: UTC', 'timezone: Asia/Tokyo', own), own)),
    ).toEqual(new Set(['timezone: Asia/Tokyo']));
  });

  test('the entry of a list, the rule of a retention, the new name of a volume', () => {
    const listed = append('backup:\n  exclude:\n    - a\n    - b\n');
    const after = change(wiki, '    - a\n', '    - a\n    - config\n', listed);
    expect(pointedAt('STW821', after, listed)).toEqual(['- config']);
    expect(pointedAt('STW845', after, listed)).toEqual(['- config']);
    const kept = append(
      'backup:\n  retention:\n    keep_daily: 7\n    keep_weekly: 4\n    keep_monthly: 2\n',
    );
    expect(pointedAt('STW812', change(wiki, 'weekly: 4', 'weekly: 2', kept), kept)).toEqual([
      'keep_weekly: 2',
    ]);
    expect(pointedAt('STW803', change(wiki, '{ name: files, path', '{ name: uploads, path'))).toEqual([
      '- { name: uploads, path: /var/lib/wiki }',
    ]);
  });
});

test('a retention of another kind says what it was and will be, and that nothing goes at once', () => {
  const [finding] = reviewStates(
    STATE,
    change(policy, '{ keep_daily: 7, keep_weekly: 4 }', '{ keep_last: 12 }'),
  );
  expect(finding).toMatchObject({
    code: 'STW812',
    severity: 'critical',
    before: expect.stringContaining('keep-daily 7, keep-weekly 4: reaches back '),
    after: 'keep-last 12: reaches back 11d',
    message: expect.stringContaining('remove none of the '),
  });
});
