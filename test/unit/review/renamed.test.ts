import { describe, expect, test } from '@jest/globals';
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
  type State,
} from '../../support/review.js';

const policy = 'stowage.yml';

/** The state under the name of another project. */
const renamed = (state: State = STATE): State => change(policy, 'project: lab', 'project: den', state);

/** Services that users and clusters run too. */
const EVERYWHERE: State = {
  [policy]: POLICY.replace('8000/home\n', '8000/home\n    kubernetes_secret: restic\n').replace(
    '{ runtime: docker, host: web1, services: ["*"] }',
    `{ runtime: docker, host: web1, services: [blog] }
  - { runtime: docker, services: [shop] }
  - { runtime: podman, host: web2, services: [wiki] }
  - { runtime: kubernetes, services: [mail] }`,
  ),
  'services/blog.yml': serviceText('blog'),
  'services/shop.yml': serviceText('shop'),
  'services/wiki.yml': `${serviceText('wiki')}quadlet_scope: user\n`,
  'services/mail.yml': `service_id: mail
service_namespace: mail
runtime_templates: { kubernetes: k }
service_labels: { app: mail }
mounts: { persistent_volumes: [{ name: boxes, path: /boxes }] }
backup: { volumes: { boxes: { claim: boxes } } }
`,
};

/** Findings of a change from a state that was installed without a project in its names. */
function sinceUnnamed(state: State) {
  const { after, loaded } = sideOfState(state);
  return review({ ...after, isUnnamed: true }, after, new Spans(loaded, loaded), intlZones);
}

const ofHosts = (findings: ReturnType<typeof reviewStates>) =>
  findings.filter(({ runtime }) => runtime === null).map(({ host, hint }) => [host, hint]);

describe('a project that is renamed', () => {
  test('leaves its jobs on each host, and says where they have to be removed', () => {
    const findings = reviewStates(STATE, renamed());
    expect(findings.map(({ code, severity, host }) => [code, severity, host])).toEqual([
      ['STW832', 'warning', 'backup1'],
      ['STW832', 'warning', 'web1'],
    ]);
    expect(findings[1]).toMatchObject({
      ...{ before: 'stowage-lab', after: 'stowage-den', span: { file: policy, line: 17 } },
      message: expect.stringContaining(
        'the timers that are installed from `hosts/web1` go on beside the new ones',
      ),
      hint: 'run `install.sh --uninstall` there first, from the `hosts/web1` that was installed',
    });
  });

  test('is said of users, whose secrets move, and of hosts without a name', () => {
    const uninstall = 'run `install.sh --uninstall` there first,';
    expect(ofHosts(reviewStates(EVERYWHERE, renamed(EVERYWHERE)))).toEqual(
      expect.arrayContaining([
        [null, `${uninstall} from the \`hosts/any/docker\` that was installed`],
        [
          'web2',
          `${uninstall} as the user, from the \`hosts/web2/user\` that was installed; then \`mv ~/.config/restic/lab ~/.config/restic/den\`, and install the new one`,
        ],
      ]),
    );
  });

  test('is said of clusters, with what removes exactly the old objects', () => {
    const [cluster, ...others] = reviewStates(EVERYWHERE, renamed(EVERYWHERE)).filter(
      ({ runtime }) => runtime === 'kubernetes',
    );
    expect(others).toEqual([]);
    expect(cluster).toMatchObject({
      ...{ code: 'STW832', message: expect.stringContaining('namespace `mail`') },
      hint: 'remove them first: `kubectl delete configmap,cronjob,networkpolicy,serviceaccount --namespace mail --selector app.kubernetes.io/part-of=stowage-lab,app.kubernetes.io/managed-by=stowage`',
    });
  });

  test.each([
    ['velero', 'schedules.velero.io', 'velero'],
    ['volsync', 'replicationsources.volsync.backube', 'mail'],
    ['k8up', 'schedules.k8up.io', 'mail'],
  ])('objects of the operator %s are among them', (method, kind, namespace) => {
    const policyOf = `${EVERYWHERE[policy] ?? ''}runtimes: { kubernetes: { method: ${method} } }\n`;
    const state = { ...EVERYWHERE, [policy]: policyOf };
    const hints = reviewStates(state, renamed(state))
      .filter(({ runtime, code }) => runtime === 'kubernetes' && code === 'STW832')
      .map(({ hint }) => hint);
    expect(hints).toContainEqual(expect.stringMatching(`delete \\S*${kind}\\S* --namespace ${namespace} `));
  });

  test('a host that a service leaves in the same change is named once', () => {
    const findings = reviewStates(STATE, renamed(change(policy, 'host: web1', 'host: web2')));
    const left = findings.filter(({ host }) => host === 'web1').map(({ code }) => code);
    expect(left).toContain('STW832');
    expect(left).not.toContain('STW831');
  });

  test('hides nothing that a template does in the same change', () => {
    const template = 'templates/systemd/failure.service.hbs';
    const own = (text: string): State => ({
      ...change(policy, 'project: lab', 'project: lab\ntemplates: templates'),
      [template]: text,
    });
    const before = own(
      '[Service]\nType=oneshot\nExecStart=/usr/local/lib/stowage/{{project}}/report-failure.sh %i\n',
    );
    const after = own(
      `[Service]\nType=oneshot\nExecStart=/usr/local/lib/stowage/{{project}}/report-failure.sh %i\nExecStart=/opt/new\n`,
    );
    const said = (findings: ReturnType<typeof reviewStates>) =>
      findings
        .filter(({ code }) => code !== 'STW832')
        .map(({ code, before: was, after: is }) => [code, was, is]);
    expect(said(reviewStates(before, renamed(before)))).toEqual([]);
    expect(said(reviewStates(before, renamed(after)))).toEqual(said(reviewStates(before, after)));
    expect(said(reviewStates(before, after))).toContainEqual(['STW822', null, 'ExecStart=/opt/new']);
  });
});

describe('a state from before projects had names', () => {
  test('hosts take over what is installed; in clusters the old objects have to go', () => {
    const findings = sinceUnnamed(EVERYWHERE);
    expect(new Set(ofHosts(findings).map(([host]) => host))).toEqual(
      new Set(['backup1', 'web1', 'web2', null]),
    );
    expect(findings.map(({ code, severity, runtime }) => [code, severity, runtime])).toEqual([
      ['STW832', 'warning', 'kubernetes'],
      ...Array.from({ length: 4 }, () => ['STW848', 'info', null]),
    ]);
    expect(findings[0]?.hint).toContain('--selector app.kubernetes.io/part-of=backup,');
  });

  test('what is new has nothing to be renamed', () => {
    const { after, loaded } = sideOfState(STATE);
    const nothing = {
      plan: { ...after.plan, project: '', repositories: [], services: [] },
      files: new Map(),
    };
    const codes = review(nothing, after, new Spans(loaded, null), intlZones).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['STW840']));
  });
});
