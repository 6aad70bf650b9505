import { describe, expect, test } from '@jest/globals';
import { contract, mixed, renderProject, type Json } from './project.js';

const repository = (more: Json) => ({
  repositories: {
    main: {
      url: 'rest:http://backup:8000/main',
      kubernetes_secret: 'restic-main',
      maintenance: { host: 'b1' },
      ...more,
    },
  },
});

interface Case {
  readonly code: string;
  /** What the caret has to show. */
  readonly at: string;
  readonly service: Json;
  readonly settings?: Json;
  readonly policy?: Json;
}

const CASES: Readonly<Record<string, Case>> = {
  'a namespace in capitals': {
    code: 'STW540',
    at: '"Apps"',
    service: contract('x', { service_namespace: 'Apps' }),
  },
  'a claim after a display name': {
    code: 'STW541',
    at: '"Web Application"',
    service: contract('x', { service_name: 'Web Application' }),
  },
  'a label that no pod can carry': {
    code: 'STW542',
    at: '"Web Application"',
    service: contract('x', {
      service_name: 'Web Application',
      backup: { volumes: { data: { claim: 'web' } } },
    }),
  },
  'no Secret': {
    code: 'STW543',
    at: '{',
    service: contract('x'),
    policy: repository({ kubernetes_secret: undefined }),
  },
  'a repository on a disk': {
    code: 'STW544',
    at: '"/srv/restic"',
    service: contract('x'),
    policy: repository({ url: '/srv/restic' }),
  },
  'a hostPath under Velero': {
    code: 'STW545',
    at: '"/srv/x/media"',
    service: mixed('x'),
    settings: { method: 'velero' },
  },
  'a hostPath under VolSync': {
    code: 'STW545',
    at: '"/srv/x/media"',
    service: mixed('x'),
    settings: { method: 'volsync' },
  },
  'a hostPath under K8up': {
    code: 'STW545',
    at: '"/srv/x/media"',
    service: mixed('x'),
    settings: { method: 'k8up' },
  },
  'sftp under K8up': {
    code: 'STW546',
    at: '"sftp:u@h:/x"',
    service: contract('x'),
    settings: { method: 'k8up' },
    policy: repository({ url: 'sftp:u@h:/x' }),
  },
  'a retention that VolSync lacks': {
    code: 'STW547',
    at: '3',
    service: contract('x', { backup: { retention: { keep_last: 3 } } }),
    settings: { method: 'volsync' },
  },
};

describe.each(Object.entries(CASES))('%s', (_name, { code, at, service, settings, policy }) => {
  test('is an error at its place, and nothing is rendered', () => {
    const { diagnostics, files, sources } = renderProject([service], settings, policy);
    const found = diagnostics.filter((diagnostic) => diagnostic.code === code);
    expect(found.map(({ severity }) => severity)).toEqual(['error']);
    const { file = '', line = 1, column = 1 } = found[0]?.span ?? {};
    const text = (sources.get(file) ?? '').split('\n')[line - 1] ?? '';
    expect(text.slice(column - 1, column - 1 + at.length)).toBe(at);
    expect(files).toEqual([]);
  });

  test('is a warning where nobody has said that there is a cluster, and its job is left out', () => {
    const { diagnostics, files, plan } = renderProject([service], settings, {
      ...policy,
      deployments: undefined,
    });
    expect(diagnostics.filter((one) => one.code === code).map(({ severity }) => severity)).toContain(
      'warning',
    );
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(plan?.services[0]?.placements[0]?.obstacles).not.toEqual([]);
    expect(files.map(({ path }) => path).filter((path) => path.startsWith('kubernetes/'))).not.toContain(
      `kubernetes/apps/x.yaml`,
    );
  });
});

test('a namespace that maintains needs a Secret and a name that Kubernetes takes', () => {
  const place = { maintenance: { namespace: 'backup' }, kubernetes_secret: undefined };
  const { diagnostics } = renderProject(
    [],
    {},
    { ...repository(place), deployments: undefined, contracts: 'services/*.yml' },
  );
  expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toContain('error STW543');
});

test('a service has one job on a cluster', () => {
  const twice = [
    { runtime: 'kubernetes', services: ['x'] },
    { runtime: 'kubernetes', services: ['*'], snapshot_host: 'y' },
  ];
  const { diagnostics } = renderProject([contract('x')], {}, { deployments: twice });
  expect(diagnostics.map(({ code }) => code)).toContain('STW308');
});

describe('two services with one claim', () => {
  const library = (id: string, more: Json = {}) =>
    contract(id, { backup: { volumes: { data: { claim: 'library' } } }, ...more });
  const found = (services: readonly Json[], settings: Json = {}) =>
    renderProject(services, settings)
      .diagnostics.filter(({ code }) => code === 'STW548')
      .map(({ severity, span }) => `${severity} ${span.file}`);

  test.each([
    ['restic', 'warning'],
    ['velero', 'warning'],
    ['volsync', 'error'],
    ['k8up', 'error'],
  ])('are told so with %s', (method, severity) => {
    expect(found([library('a'), library('b')], { method })).toEqual([`${severity} services/b.yml`]);
  });

  test('are left alone in different namespaces, in different folders of it, and when one is waived', () => {
    const below = (folder: string) => ({
      mounts: { persistent_volumes: [{ name: 'data', path: `/data/${folder}` }] },
    });
    const waived = {
      backup: { volumes: { data: { claim: 'library', enabled: false, reason: 'a has it' } } },
    };
    expect(found([library('a'), library('b', { service_namespace: 'other' })])).toEqual([]);
    expect(found([library('a', below('x')), library('b', below('xy'))])).toEqual([]);
    expect(found([library('a'), library('b', waived)], { method: 'volsync' })).toEqual([]);
    expect(found([library('a'), library('b', below('x'))])).toHaveLength(1);
    // VolSync takes the whole claim.
    expect(found([library('a', below('x')), library('b', below('y'))], { method: 'volsync' })).toHaveLength(
      1,
    );
  });
});

test.each([
  ['4Gi', '2Gi', true],
  ['2Gi', '2G', true],
  ['2G', '2Gi', false],
  ['512Ki', '1M', false],
  ['1k', '0.9k', true],
])('asking for %s of memory with a limit of %s', (memory_request, memory_limit, refused) => {
  const { diagnostics } = renderProject([contract('x')], { resources: { memory_request, memory_limit } });
  expect(diagnostics.map(({ code }) => code)).toEqual(refused ? ['STW549'] : []);
});

test.each(['1ki', '1K', '2gi', '1mi'])('%s is no quantity', (memory_limit) => {
  const { diagnostics } = renderProject([contract('x')], { resources: { memory_limit } });
  expect(diagnostics.map(({ severity }) => severity)).toContain('error');
});

test.each(['bad image', 'Registry.example.org/restic:1 ', '-x', 'a\nb'])('%j is no image', (image) => {
  const { diagnostics } = renderProject([contract('x')], { image });
  expect(diagnostics.map(({ severity }) => severity)).toContain('error');
});
