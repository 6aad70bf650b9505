import { expect, test } from '@jest/globals';
import { loadContracts } from '../../../src/contract/load.js';
import { buildPlan } from '../../../src/plan/build.js';
import { liveData } from '../../../src/plan/live-copy.js';
import { pathRows } from '../../../src/cli/path-rows.js';
import { contractsOf, policyOf } from '../../support/project.js';
import { NO_VALUES } from '../../support/values.js';

/** A service whose only volume is at that path, with more keys. */
function text(path: string, more: object = {}): string {
  return JSON.stringify({
    service_id: 'app',
    service_name: 'app',
    service_volumes: [{ name: 'data', target: path }],
    mounts: { persistent_volumes: [{ name: 'data', path }] },
    runtime_templates: { docker: 'a', kubernetes: 'b', proxmox: 'c' },
    ...more,
  });
}

/** What is known of the volume `data`, or of another one. */
function known(contractText: string, name = 'data') {
  const [contract] = contractsOf(contractText);
  const volume = contract?.persistent_volumes.find((candidate) => candidate.name === name);
  if (contract === undefined || volume === undefined) throw new Error(contractText);
  const found = liveData(contract, volume);
  return found === null
    ? null
    : { database: found.database.name, container: found.container, file: found.file };
}

const database = (name: string, more = {}) => ({ database: name, container: null, file: null, ...more });

test('without an image only a path that nothing else has tells of a database', () => {
  expect(known(text('/var/lib/postgresql/data'))).toEqual(database('postgresql'));
  expect(known(text('/var/lib/mysql'))).toEqual(database('mysql'));
  expect(known(text('/data/db'))).toBeNull();
  expect(known(text('/data'))).toBeNull();
});

test('an expression that nobody can follow leaves the image unknown, and is no mistake', () => {
  const image = { service_image: '{{ somewhere_else }}' };
  expect(known(text('/data', image))).toBeNull();
  expect(known(text('/var/lib/mysql', image))).toEqual(database('mysql'));
  const secret = {
    service_image: 'vaultwarden/server',
    service_env: [{ name: 'DATABASE_URL', value: '{{ vault_url }}' }],
  };
  expect(known(text('/data', secret))).toBeNull();
});

test('an expression is followed as everywhere', () => {
  const image = {
    redis_version: '7',
    redis_image: 'redis',
    service_image: 'docker.io/{{ redis_image }}:{{ redis_version }}',
  };
  expect(known(text('/data', image))).toEqual(database('redis'));
});

test('a volume belongs to the Compose services that mount it', () => {
  const contract = JSON.stringify({
    service_id: 'app',
    services: [
      {
        name: 'web',
        image: 'example/web',
        environment: ['DB_HOST=db'],
        volumes: ['files:/srv', 'pg:/readonly/pg'],
      },
      { name: 'db', image: 'postgres:16', volumes: ['pg:/var/lib/postgresql/data'] },
      { name: 'cache', image: '{{ unknown }}', volumes: ['cache:/data'] },
    ],
    mounts: {
      persistent_volumes: [
        { name: 'files', path: '/srv' },
        { name: 'pg', path: '/readonly/pg' },
        { name: 'cache', path: '/data' },
      ],
    },
    runtime_templates: { docker: 'a' },
  });
  expect(known(contract, 'files')).toBeNull();
  expect(known(contract, 'pg')).toEqual(database('postgresql', { container: 'db' }));
  expect(known(contract, 'cache')).toBeNull();
});

test('an application beside a server most likely uses that, unless it can use only SQLite', () => {
  const beside = (image: string, path: string) =>
    JSON.stringify({
      service_id: 'app',
      services: [
        { name: 'app', image, volumes: [`data:${path}`] },
        { name: 'db', image: 'mariadb:11', volumes: ['sql:/var/lib/mysql'] },
      ],
      mounts: {
        persistent_volumes: [
          { name: 'data', path },
          { name: 'sql', path: '/var/lib/mysql' },
        ],
      },
      runtime_templates: { docker: 'a' },
    });
  expect(known(beside('gitea/gitea', '/data'))).toBeNull();
  const plex = known(beside('plexinc/pms-docker', '/config'));
  expect(plex).toMatchObject({ database: 'sqlite', container: 'app' });
});

test('a secret of the environment tells of another database too', () => {
  const secrets = {
    items: [{ name: 'GITEA__database__PASSWD', type: 'env', value: '{{ vault_password }}' }],
  };
  expect(known(text('/data', { service_image: 'gitea/gitea', secrets }))).toBeNull();
  expect(known(text('/data', { service_image: 'gitea/gitea' }))).toEqual(
    database('sqlite', { file: '/data/gitea/gitea.db' }),
  );
});

test('`storage` is believed: a word for a database, and a file that a hook names', () => {
  expect(known(text('/srv/x', { storage: [{ name: 'data', type: 'mongo' }] }))).toEqual(database('mongodb'));
  expect(known(text('/srv/x', { storage: [{ path: '/srv/x', engine: 'Valkey' }] }))).toEqual(
    database('redis'),
  );
  expect(known(text('/srv/x', { storage: [{ name: 'data', type: 'volume' }] }))).toBeNull();
  const [contract] = loadContracts(
    [
      {
        file: 'a.yml',
        text: text('/srv/x', {
          storage: [{ name: 'data', backup: { hooks: { pre: ['sqlite3 /srv/x/app.db ".backup /tmp/a"'] } } }],
        }),
      },
    ],
    NO_VALUES,
  ).contracts;
  const volume = contract?.persistent_volumes[0];
  if (contract === undefined || volume === undefined) throw new Error('no contract');
  expect(liveData(contract, volume)?.file).toBe('/srv/x/app.db');
});

/** What the plan says of the volume on each runtime. */
function planned(settings: string, more: object = {}): string[] {
  const policy = policyOf(
    `    kubernetes_secret: restic-main
deployments:
  - { runtime: docker, host: web1, services: [app] }
  - { runtime: kubernetes, services: [app] }
  - { runtime: proxmox, host: pve1, services: [app] }
${settings}`,
  );
  const contract = text('/var/lib/postgresql/data', {
    service_container: { vmid: 120 },
    service_image: 'postgres:16',
    ...more,
  });
  const { plan } = buildPlan(policy, contractsOf(contract));
  return pathRows(plan).map(({ runtime, live_copy: copy }) => `${runtime ?? ''} ${copy ?? 'no'}`);
}

test('a snapshot of a guest or of a claim is no live copy', () => {
  expect(planned('')).toEqual(['docker postgresql', 'kubernetes postgresql', 'proxmox no']);
  const method = (keys: string) => planned(`runtimes: { kubernetes: { ${keys} } }\n`)[1];
  expect(method('method: velero')).toBe('kubernetes postgresql');
  expect(method('method: velero, snapshot: csi')).toBe('kubernetes no');
  expect(method('method: volsync')).toBe('kubernetes no');
  expect(method('method: k8up')).toBe('kubernetes postgresql');
});

test('what is not backed up is no copy, and a reason does not hide one', () => {
  const waived = { backup: { volumes: { data: { enabled: false, reason: 'dumped' } } } };
  expect(planned('', waived)).toEqual(['docker no', 'kubernetes no', 'proxmox no']);
  const accepted = { backup: { volumes: { data: { live_copy: ' read\n only ' } } } };
  expect(planned('', accepted)[0]).toBe('docker postgresql');
  const [contract] = contractsOf(text('/srv', accepted));
  expect(contract?.backup.volumes.get('data')?.live_copy).toBe('read only');
});

/** What the plan says on Docker of a volume whose service has these dumps. */
const dumped = (dumps: object, more: object = {}) => planned('', { backup: { dumps }, ...more })[0];

test('a dump that stands for the files, or has what is in them, makes them no live copy', () => {
  expect(dumped({ app: { engine: 'postgresql', replaces: 'data' } })).toBe('docker no');
  expect(dumped({ app: { engine: 'postgresql' } })).toBe('docker no');
  expect(dumped({ app: { engine: 'redis' } })).toBe('docker postgresql');
  expect(dumped({ app: { engine: 'sqlite', path: '/var/lib/postgresql/data/other.db' } })).toBe('docker no');
});

test('where no job can make the dump, the copy is a live one', () => {
  // A pod has no file of a host.
  const app = { engine: 'postgresql', replaces: 'data', password_from: { file: '/etc/postgres' } };
  const [docker, cluster] = planned('', { backup: { dumps: { app } } });
  expect([docker, cluster]).toEqual(['docker no', 'kubernetes postgresql']);
});
