import { describe, expect, test } from '@jest/globals';
import { fieldTable, MINORS, objectProblems, objectsOf, type Fields } from './objects.js';
import { contract, renderProject, type Json } from './project.js';

const DUMPS: Json = {
  db: {
    ...{ engine: 'postgresql', replaces: 'data' },
    password_from: { secret: 'database', key: 'password' },
  },
  lite: { engine: 'sqlite', path: '/data/app.sqlite3' },
};

interface PreBackupPod {
  readonly metadata: { readonly name: string; readonly labels: Fields };
  readonly spec: {
    readonly backupCommand: string;
    readonly fileExtension: string;
    readonly pod: {
      readonly spec: Fields & {
        readonly initContainers: readonly Fields[];
        readonly containers: readonly (Fields & { readonly name: string })[];
      };
    };
  };
}

function rendered(dumps: Json, more: Json = {}) {
  const project = renderProject(
    [contract('app', { service_image: 'postgres:17', ...more, backup: { dumps } })],
    { method: 'k8up' },
  );
  const [schedule] = objectsOf(project.text('kubernetes/apps/app.yaml'));
  const pods = Object.keys(dumps).flatMap((dump) =>
    objectsOf(project.text(`kubernetes/apps/dumps/app/${dump}.yaml`)),
  );
  return { project, schedule, pods: pods as unknown as PreBackupPod[] };
}

describe('a PreBackupPod', () => {
  const { project, schedule, pods } = rendered(DUMPS);
  const [db, lite] = pods;

  test('is there for each dump, and only the Schedule of its service takes it', () => {
    expect(project.diagnostics).toEqual([]);
    const { backup } = (schedule as unknown as { spec: { backup: { labelSelectors: Json[] } } }).spec;
    expect(backup.labelSelectors).toEqual([{ matchLabels: { 'stowage-lab-service': 'app' } }]);
    expect(pods.map(({ metadata }) => metadata.labels)).toEqual(
      ['app', 'app'].map((service) => expect.objectContaining({ 'stowage-lab-service': service })),
    );
    expect(new Set(pods.map(({ metadata }) => metadata.name)).size).toBe(2);
  });

  test('has the dump before it can be ready, and then only sends it', () => {
    const spec = db?.spec.pod.spec;
    expect(spec?.initContainers).toMatchObject([
      { name: 'dump-db', image: 'postgres:17', command: ['/bin/sh', '/etc/stowage/dump.sh'] },
    ]);
    expect(spec?.containers).toMatchObject([
      { name: db?.metadata.name, command: ['/bin/sh', '/etc/stowage/send-dump.sh', 'wait'] },
    ]);
    expect(db?.spec).toMatchObject({
      backupCommand: 'sh /etc/stowage/send-dump.sh',
      fileExtension: '.tar',
    });
  });

  test('shows the password of a database to its own container, and has none of the repository', () => {
    const spec = db?.spec.pod.spec;
    expect(JSON.stringify(spec?.initContainers)).toContain('"secretKeyRef":{"name":"database"');
    expect(JSON.stringify(spec?.containers)).not.toContain('database');
    expect(JSON.stringify(spec)).not.toContain('restic-main');
  });

  test('is beside the workload where it opens a file of it', () => {
    expect(db?.spec.pod.spec).not.toHaveProperty('affinity');
    expect(JSON.stringify(lite?.spec.pod.spec.affinity)).toContain('"matchLabels":{"app":"app"}');
  });
});

test('a service whose only claim is dumped has a Schedule all the same', () => {
  const { project, pods } = rendered({ db: { engine: 'redis', replaces: 'data' } });
  expect(pods).toHaveLength(1);
  const [backup] = (project.plan?.jobs ?? []).filter(({ kind, service }) => kind === 'backup' && service);
  expect(backup?.sources).toMatchObject([{ at: 'stream', volumes: ['data'], producer: { of: 'db' } }]);
  expect(backup?.facts).toMatchObject({ dump_images: 'postgres:17' });
});

test('two services cannot come to the same file in the repository', () => {
  const dumps = (...names: readonly string[]) =>
    Object.fromEntries(names.map((each) => [each, { engine: 'redis' }]));
  const project = renderProject(
    [
      contract('a-b', { service_image: 'redis:8', backup: { dumps: dumps('c') } }),
      contract('a', { service_image: 'redis:8', backup: { dumps: dumps('b-c', 'c') } }),
    ],
    { method: 'k8up' },
  );
  const name = (file: string) => objectsOf(project.text(`kubernetes/apps/dumps/${file}.yaml`))[0]?.metadata;
  const names = ['a-b/c', 'a/b-c', 'a/c'].map((file) => (name(file) as { name: string }).name);
  expect(new Set(names).size).toBe(3);
});

test('the page loads the newest archive of the namespace, unpacked', () => {
  const { project, pods } = rendered(DUMPS);
  const path = `/apps-${pods[0]?.metadata.name ?? ''}.tar`;
  const [pod] = objectsOf(project.text('kubernetes/apps/restore/dumps/app/db.yaml'));
  const { initContainers } = (pod as unknown as { spec: { initContainers: { args: string[] }[] } }).spec;
  expect(initContainers[0]?.args).toEqual([
    ...['restic', 'restore', 'latest', '--host=apps', '--tag=k8up:app'],
    ...[`--path=${path}`, `--include=${path}`, '--target=/restored', '--verify'],
  ]);
  expect(initContainers[1]?.args).toEqual([`/restored${path}`, '/restored/dumps']);
  const page = project.text('runbooks/app.md');
  expect(page).toContain('load-dump.sh --to=/restored/dumps --name=db');
  expect(page).toContain(`the dump db is ${path}`);
});

describe.each(MINORS)('Kubernetes %s', (minor) => {
  test('knows every field of a PreBackupPod and of what loads its dump', () => {
    const { project, pods } = rendered(DUMPS);
    const objects = [
      ...(pods as unknown as Fields[]),
      ...['db', 'lite'].flatMap((dump) =>
        objectsOf(project.text(`kubernetes/apps/restore/dumps/app/${dump}.yaml`)),
      ),
    ];
    expect(objects).toHaveLength(4);
    expect(objects.flatMap((object) => objectProblems(object, fieldTable(minor)))).toEqual([]);
  });
});
