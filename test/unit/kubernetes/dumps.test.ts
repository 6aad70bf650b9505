import { describe, expect, test } from '@jest/globals';
import { podOf, cronJob } from './cron-job.js';
import { fieldTable, MINORS, objectProblems, objectsOf, type Fields } from './objects.js';
import { contract, renderProject, type Json } from './project.js';

const POSTGRES: Json = {
  service_image: 'docker.io/library/postgres:17',
  backup: {
    dumps: {
      db: {
        engine: 'postgresql',
        replaces: 'data',
        user: 'app',
        databases: ['$(HOME)'],
        password_from: { secret: 'app-db', key: 'password' },
      },
    },
  },
};

const dumping = (backup: Json, more: Json = {}): Json =>
  contract('app', { service_image: 'example.org/app:1', ...more, backup: { dumps: backup } });

interface Pod {
  readonly initContainers?: readonly (Fields & {
    readonly image: string;
    readonly args: readonly string[];
    readonly env: readonly Fields[];
    readonly volumeMounts: readonly Fields[];
  })[];
  readonly containers: readonly [
    Fields & { readonly args: readonly string[]; readonly volumeMounts: readonly Fields[] },
  ];
  readonly volumes: readonly Fields[];
}
const podFor = (service: Json) => podOf(cronJob(service)) as unknown as Pod;

const found = (service: Json, settings: Json = {}) =>
  renderProject([service], settings)
    .diagnostics.filter(({ code }) => code === 'STW430')
    .map(({ message }) => message);

describe('a server', () => {
  const pod = podFor(contract('app', POSTGRES));
  const [first] = pod.initContainers ?? [];

  test('is dumped over the network by its own image, before restic', () => {
    expect(pod.initContainers).toHaveLength(1);
    expect(first).toMatchObject({
      name: 'dump-db',
      image: 'docker.io/library/postgres:17',
      command: ['/bin/sh', '/etc/stowage/dump.sh'],
    });
    expect(first?.args).toEqual([
      '--to=/dumps',
      ...['--name=db', '--file=db', '--engine=postgresql', '--shape=folder', '--min-size=1024'],
      ...['--timeout=30', '--user=app', '--database=$$(HOME)', '--'],
    ]);
    expect(first?.env).toEqual(
      expect.arrayContaining([
        { name: 'PGHOST', value: 'app' },
        { name: 'PGPORT', value: '5432' },
      ]),
    );
  });

  test('shows its password to nobody else, and gets nothing of what restic has', () => {
    expect(first?.env).toContainEqual({
      name: 'STOWAGE_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'app-db', key: 'password' } },
    });
    expect(JSON.stringify(pod.containers)).not.toContain('app-db');
    expect(first).not.toHaveProperty('envFrom');
    expect(JSON.stringify(first)).not.toMatch(/RESTIC|restic/);
    expect(first?.volumeMounts.map(({ name }) => name)).toEqual(['dump-scripts', 'dump-tmp', 'dumps']);
  });

  test('is saved in place of the claim, which the job does not mount', () => {
    const [restic] = pod.containers;
    expect(restic.volumeMounts).toContainEqual({
      name: 'dumps',
      mountPath: '/backup/app/dumps',
      readOnly: true,
    });
    expect(restic.args.filter((word) => word.startsWith('/backup/'))).toEqual(['/backup/app/dumps/db']);
    expect(restic.args).toContain('not-empty:/backup/app/dumps/db');
    expect(pod.volumes.some((volume) => 'persistentVolumeClaim' in volume)).toBe(false);
    expect(pod.volumes).toContainEqual({
      name: 'dump-scripts',
      configMap: {
        name: 'stowage-lab-scripts',
        items: [
          { key: 'dump.sh', path: 'dump.sh' },
          { key: 'postgresql.sh', path: 'dumps/postgresql.sh' },
        ],
      },
    });
  });

  test('is reached by the network of the pods, in its namespace or elsewhere', () => {
    const policy = (host: string) => {
      const service = dumping({ db: { engine: 'mariadb', host, port: 3307 } });
      const [object] = objectsOf(renderProject([service]).text('kubernetes/apps/network-policy.yaml'));
      return (object as unknown as { spec: { egress: unknown[] } }).spec.egress;
    };
    const ports = [{ protocol: 'TCP', port: 3307 }];
    expect(policy('db')).toContainEqual({ to: [{ podSelector: {} }], ports });
    expect(policy('db.other')).toContainEqual({ ports });
  });
});

test('a file is dumped where it is: in its claim, for which the container may write', () => {
  const pod = podFor(
    dumping(
      { lite: { engine: 'sqlite', path: '/data/db/app.sqlite3', replaces: 'data' } },
      { service_security: { run_as_user: 1000 } },
    ),
  );
  const [first] = pod.initContainers ?? [];
  expect(first?.args).toContain('--path=/database/db/app.sqlite3');
  expect(first?.volumeMounts).toContainEqual({
    name: 'claim-app-data',
    mountPath: '/database',
    readOnly: false,
  });
  expect(pod.containers[0].volumeMounts.map(({ name }) => name)).not.toContain('claim-app-data');
  expect(pod.volumes.filter(({ name }) => name === 'claim-app-data')).toHaveLength(1);
});

test('a claim that is copied besides is one volume of the pod', () => {
  const pod = podFor(dumping({ lite: { engine: 'sqlite', path: '/data/app.sqlite3' } }));
  expect(pod.volumes.filter(({ name }) => name === 'claim-app-data')).toHaveLength(1);
  expect(pod.initContainers?.[0]?.securityContext).toMatchObject({
    capabilities: { drop: ['ALL'], add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'] },
  });
});

test('the image is that of the service that is named', () => {
  const services = [{ name: 'web', image: 'example.org/web:2' }, { name: 'db' }];
  const command = { engine: 'command', command: ['export', '-'], file: 'app.zip' };
  const pod = podFor(dumping({ zip: { ...command, container: 'web' } }, { services }));
  expect(pod.initContainers?.[0]?.image).toBe('example.org/web:2');
  expect(pod.initContainers?.[0]?.args.slice(-3)).toEqual(['--', 'export', '-']);
  expect(found(dumping({ zip: { ...command, container: 'db' } }, { services }))).toEqual([
    'the dump `zip` cannot be made on kubernetes in namespace `apps`: nothing says which image `db` has',
  ]);
});

test('VolSync says why it dumps nothing, and its jobs copy the claim', () => {
  const [problem] = found(contract('app', POSTGRES), { method: 'volsync' });
  expect(problem).toContain('VolSync runs no command before it copies a claim');
});

test.each<[string, Json, string]>([
  ['an image that nobody names', dumping({ db: { engine: 'mysql' } }, { service_image: undefined }), 'image'],
  ['an image that is none', dumping({ db: { engine: 'mysql' } }, { service_image: 'a b' }), 'image'],
  [
    'a password on a host',
    dumping({ db: { engine: 'mysql', password_from: { file: '/etc/x' } } }),
    'a pod has no file of a host',
  ],
])('refuses %s', (_what, service, reason) => {
  expect(found(service)).toHaveLength(1);
  expect(found(service)[0]).toContain(reason);
});

test('the claim of a dump that cannot be made is copied', () => {
  const service = dumping({ db: { engine: 'mongodb', replaces: 'data', password_from: { file: '/etc/x' } } });
  const { diagnostics } = renderProject([service]);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
    'STW430',
  ]);
});

test.each([
  ['redis', 6379],
  ['mongodb', 27_017],
  ['influxdb', 8086],
])('%s is asked over the network', (engine, port) => {
  const pod = podFor(dumping({ db: { engine, replaces: 'data' } }));
  expect(pod.initContainers?.[0]?.env).toEqual(
    expect.arrayContaining([
      { name: 'STOWAGE_HOST', value: 'app' },
      { name: 'STOWAGE_PORT', value: String(port) },
    ]),
  );
});

test('what a server cannot keep of what it had is copied before the pod goes', () => {
  const page = renderProject([dumping({ db: { engine: 'redis' } })]).text('runbooks/app.md');
  const kept = page.indexOf('cp stowage-lab-restore-dump-app-db:/tmp/before.rdb ./app-db-before.rdb');
  expect(kept).toBeGreaterThan(page.indexOf('load-dump.sh --to='));
  expect(page.indexOf('delete pod stowage-lab-restore-dump-app-db')).toBeGreaterThan(kept);
});

test.each([
  [{}, '10Gi'],
  [{ resources: { dump_limit: '50Gi' } }, '50Gi'],
])('dumps cannot fill the disk of the node (%j)', (settings, sizeLimit) => {
  const pod = podOf(cronJob(contract('app', POSTGRES), settings)) as unknown as Pod;
  for (const name of ['dumps', 'dump-tmp']) {
    expect(pod.volumes).toContainEqual({ name, emptyDir: { sizeLimit } });
  }
});

describe.each(MINORS)('Kubernetes %s', (minor) => {
  test('knows every field of what dumps and restores', () => {
    const service = contract('app', {
      ...POSTGRES,
      backup: {
        dumps: {
          ...(POSTGRES.backup as { dumps: Json }).dumps,
          lite: { engine: 'sqlite', path: '/data/app.sqlite3' },
        },
      },
    });
    const objects = renderProject([service])
      .files.filter(({ path }) => path.startsWith('kubernetes/apps/') && path.endsWith('.yaml'))
      .flatMap(({ content }) => objectsOf(content))
      .filter(({ apiVersion }) => !String(apiVersion).startsWith('kustomize.'));
    expect(objects.length).toBeGreaterThan(3);
    expect(objects.flatMap((object) => objectProblems(object, fieldTable(minor)))).toEqual([]);
  });
});
