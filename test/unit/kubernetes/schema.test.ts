import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { fieldTable, MINORS, objectProblems, objectsOf } from './objects.js';
import { contract, mixed, renderProject, type Json } from './project.js';

const STORE = { external_secret: { store: 'vault', key_prefix: 'backup/' } };
const claims = [
  contract('wiki', { service_security: { run_as_user: 1000 } }),
  contract('git', {
    service_namespace: 'git',
    backup: { timezone: 'Europe/Berlin' },
  }),
];

/** Every shape of tree that the settings can ask for. */
const TREES: readonly (readonly [string, readonly Json[], Json])[] = [
  ['restic', [...claims, mixed('photos', { backup: { accept_incomplete: true } })], STORE],
  ['restic with preferred affinity', [...claims, mixed('photos')], { affinity: 'preferred' }],
  ['restic with a scheduler', [...claims, mixed('photos'), mixed('music')], { host_path_mode: 'daemonset' }],
  ['Velero', claims, { method: 'velero' }],
  ['Velero with CSI snapshots', claims, { method: 'velero', snapshot: 'csi' }],
  ['VolSync', claims, { method: 'volsync', volume_snapshot_class: 'csi', ...STORE }],
  ['K8up', claims, { method: 'k8up' }],
];

/** Kinds of kustomize itself, which no API server sees. */
const isKustomize = (object: { readonly apiVersion?: unknown }) =>
  String(object.apiVersion).startsWith('kustomize.');

test.each(TREES)('a file holds one object, for %s', (_name, contracts, settings) => {
  const manifests = renderProject(contracts, settings).files.filter(({ path }) => path.endsWith('.yaml'));
  expect(manifests.length).toBeGreaterThan(5);
  expect(manifests.filter(({ content }) => objectsOf(content).length !== 1).map(({ path }) => path)).toEqual(
    [],
  );
});

describe.each(MINORS)('Kubernetes %s', (minor) => {
  const table = fieldTable(minor);

  test.each(TREES)('knows every field of the objects for %s', (_name, contracts, settings) => {
    const { files, diagnostics } = renderProject(contracts, settings);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const objects = files
      .filter(({ path }) => path.startsWith('kubernetes/') && path.endsWith('.yaml'))
      .flatMap(({ content }) => objectsOf(content))
      .filter((object) => !isKustomize(object));
    expect(objects.length).toBeGreaterThanOrEqual(claims.length);
    expect(objects.flatMap((object) => objectProblems(object, table))).toEqual([]);
  });
});

test('the README says how every kind that is applied is deleted', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, said = ''] = /- In a cluster `kubectl apply` removes nothing([^]*?)\n- /.exec(readme) ?? [];
  const named = new Set(
    [...said.matchAll(/`([a-z0-9.-]+)`|(?:delete |,)([a-z]+)/g)].map(([, a, b]) => a ?? b),
  );
  const kinds = TREES.flatMap(([, contracts, settings]) => {
    const { files } = renderProject(contracts, settings);
    return files
      .filter(({ path }) => /^kubernetes\/(?![^/]+\/(?:restore|shell|workloads)\/).*\.yaml$/.test(path))
      .flatMap(({ content }) => objectsOf(content))
      .filter((object) => !isKustomize(object))
      .map(({ apiVersion, kind }) => {
        const group = String(apiVersion).replace(/\/?[^/]*$/, '');
        return [
          String(kind).toLowerCase(),
          ...(/^(|apps|batch|.*\.k8s\.io)$/.test(group) ? [] : [group]),
        ].join('.');
      });
  });
  expect(kinds.length).toBeGreaterThan(10);
  expect([...new Set(kinds)].filter((kind) => !named.has(kind))).toEqual([]);
});

test('repositories with one Secret have one ExternalSecret, since kustomize refuses two of a name', () => {
  const repository = (path: string) => ({
    url: `rest:http://backup:8000/${path}`,
    kubernetes_secret: 'restic',
    maintenance: { namespace: 'apps' },
  });
  const { files } = renderProject(
    [contract('wiki'), contract('git', { backup: { repository: 'b' } })],
    STORE,
    {
      repositories: { a: repository('a'), b: repository('b') },
      defaults: { repository: 'a' },
    },
  );
  const secrets = files.filter(({ path }) => path.startsWith('kubernetes/apps/secret-'));
  expect(secrets.map(({ path }) => path)).toEqual(['kubernetes/apps/secret-a.yaml']);
  expect(secrets[0]?.content).toContain('credentials of repository a, b from');
});

test('the field tables tell unknown, missing and mistyped fields', () => {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: {},
    spec: { schedule: 5, concurency: 'Forbid' },
  };
  expect(objectProblems(job, fieldTable('1.36'))).toEqual([
    'batch/v1 CronJob.spec.jobTemplate is missing',
    'batch/v1 CronJob.spec.schedule is no string',
    'batch/v1 CronJob.spec.concurency is unknown',
  ]);
});

test.each([
  [
    { kind: 'ReplicationSource', spec: { trigger: { schedule: '0 2 1,3-5 * *' } } },
    ['trigger.schedule cannot be 0 2 1,3-5 * *'],
  ],
  [
    { kind: 'ReplicationDestination', spec: { restic: { copyMethod: 'Copy', restoreAsOf: 'yesterday' } } },
    ['restic.copyMethod cannot be Copy', 'restic.restoreAsOf cannot be yesterday'],
  ],
])("the operators' tables tell values that the operator refuses: %j", (object, problems) => {
  const whole = { apiVersion: 'volsync.backube/v1alpha1', metadata: {}, ...object };
  expect(objectProblems(whole, fieldTable('1.36'))).toEqual(
    problems.map((problem) => `volsync.backube/v1alpha1 ${object.kind}.spec.${problem}`),
  );
});

test('an address with braces reaches VolSync as it is, through the template of the external secret', () => {
  const url = 'rest:http://backup:8000/{{main}}';
  const repositories = { main: { url, kubernetes_secret: 'restic-main', maintenance: { host: 'nas' } } };
  const settings = { method: 'volsync', ...STORE };
  const rendered = renderProject([contract('git')], settings, { repositories });
  const [secret] = objectsOf(rendered.text('kubernetes/apps/volsync/git/secrets/git-data.yaml'));
  const { target } = secret?.spec as { target: { template: { data: Record<string, string> } } };
  const sent = target.template.data.RESTIC_REPOSITORY;
  expect(sent?.replaceAll(/\{\{ "([^"]*)" \}\}/g, '$1')).toBe(`${url}/volsync/apps/git-data`);
  expect(sent?.replaceAll(/\{\{ "[^"]*" \}\}/g, '')).not.toContain('{{');
});
