import { describe, expect, test } from '@jest/globals';
import type { Contract } from '../../../src/model/contract.js';
import { RUNTIMES } from '../../../src/runtimes/registry.js';
import { loadContracts } from '../../../src/contract/load.js';
import { NO_VALUES } from '../../support/values.js';

function load(text: string) {
  const { contracts, diagnostics } = loadContracts([{ file: 'app.yml', text }], NO_VALUES);
  return { contracts, found: diagnostics.map(({ code, span }) => `${code} ${span.line}:${span.column}`) };
}

function good(text: string): Contract {
  const { contracts, found } = load(text);
  expect(found).toEqual([]);
  const [contract] = contracts;
  if (contract === undefined) throw new Error('no contract');
  return contract;
}

const HEAD = `service_id: app
runtime_templates: { baremetal: x, docker: x, podman: ~, kubernetes: false }
`;
const EMPTY = `${HEAD}mounts: { persistent_volumes: [] }\n`;

test('defaults of the smallest contract', () => {
  expect(good(EMPTY)).toMatchObject({
    service_id: 'app',
    service_name: 'app',
    service_unit_name: 'app',
    service_namespace: 'default',
    service_volumes: [],
    runtime_settings: {
      podman: { quadlet_scope: 'system' },
      kubernetes: { pvc: null },
      proxmox: { vmid: null },
    },
    // In our order; a runtime without a template is not supported.
    runtimes: ['docker', 'baremetal'],
    run_as_user: null,
    requires: [],
    backup: { settings: {}, volumes: new Map() },
  });
});

test('null for an optional key is the same as no key', () => {
  const keys = [
    'service_name',
    'service_namespace',
    'service_volumes',
    'kubernetes',
    'service_container',
    'service_security',
    'quadlet_scope',
    'services',
    'health',
    'requires',
    'backup',
    'service_storage_gb',
  ];
  const withNulls = good(EMPTY + keys.map((key) => `${key}:\n`).join(''));
  expect({ ...withNulls, document: null }).toEqual({ ...good(EMPTY), document: null });
});

test('everything that the live framework allows in a contract loads', () => {
  const contract = good(`${EMPTY}service_name: Web Application
service_security: { run_as_user: 1000, run_as_group: www-data, no_new_privileges: yes }
health: { cmd: [sleep, 5, true, ""], interval: 10s }
requires: [redis, { name: mariadb, optional: no }]
service_container: { vmid: 105, onboot: yes }
kubernetes: { pvc: { name: app-data, size: 20Gi, storageClassName: fast } }
quadlet_scope: user
service_ports: [{ target: 80 }]
`);
  expect(contract).toMatchObject({
    service_name: 'Web Application',
    run_as_user: '1000',
    run_as_group: 'www-data',
    health_cmd: ['sleep', '5', 'true', ''],
    requires: ['redis', 'mariadb'],
    runtime_settings: {
      podman: { quadlet_scope: 'user' },
      kubernetes: { pvc: { name: 'app-data', size: '20Gi' } },
      proxmox: { vmid: 105 },
    },
  });
});

describe('volumes', () => {
  const volumesOf = (yaml: string) =>
    good(`${EMPTY}${yaml}`).service_volumes.map(({ name, target, host_path, source }) => ({
      name,
      target,
      host_path,
      source,
    }));

  test('bind mounts, managed volumes, and paths normalised', () => {
    expect(
      volumesOf(`service_volumes:
  - { name: a, target: //data/./x/, host_path: /srv//a/ }
  - { name: b, target: /b, source: b-data }
  - { name: c, target: /c, source: c }
  - { name: d, target: /d, source: /srv/d/ }
  - { name: e, target: /, host_path: / }
  - f-data:/f:ro
  - /srv/g:/g
`),
    ).toEqual([
      { name: 'a', target: '/data/x', host_path: '/srv/a', source: null },
      { name: 'b', target: '/b', host_path: null, source: 'b-data' },
      { name: 'c', target: '/c', host_path: null, source: null },
      { name: 'd', target: '/d', host_path: '/srv/d', source: null },
      { name: 'e', target: '/', host_path: '/', source: null },
      { name: 'f-data', target: '/f', host_path: null, source: null },
      { name: '/g', target: '/g', host_path: '/srv/g', source: null },
    ]);
  });

  test("Compose's long form needs no name, and its tmpfs mounts are left out", () => {
    const { compose_volumes } = good(`${EMPTY}services:
  - name: db
    volumes:
      - { type: volume, source: db-data, target: /db }
      - { type: bind, source: /srv/x, target: /x }
      - { type: tmpfs, target: /tmp }
  - name: no-volumes
  - { name: app, volumes: [{ name: up, target: /up, host_path: /srv/up }] }
`);
    expect(compose_volumes.map(({ name, host_path }) => [name, host_path])).toEqual([
      ['db-data', null],
      ['/x', '/srv/x'],
      ['up', '/srv/up'],
    ]);
  });

  test.each([
    ['- { name: a b, target: /a }', 'STW101 5:13'],
    ['- { name: a, source: ../x, target: /a }', 'STW101 5:24'],
    ['- { name: a, host_path: ~/x, target: /a }', 'STW102 5:27'],
    ['- { name: a, target: a }', 'STW102 5:24'],
    ['- { name: a, host_path: /a/../b, target: /a }', 'STW102 5:27'],
    ['- { target: /a }', 'STW021 5:5'],
    ['- a:b', 'STW108 5:5'],
    ['- a:/b:ro:x', 'STW108 5:5'],
    ['- 3', 'STW022 5:5'],
  ])('%s is refused', (item, expected) => {
    expect(load(`${EMPTY}service_volumes:\n  ${item}\n`)).toEqual({ contracts: [], found: [expected] });
  });
});

describe('persistent and ephemeral', () => {
  const mounts = (persistent: string, ephemeral: string) =>
    `${HEAD}mounts:\n  persistent_volumes: [{ name: data, path: ${persistent} }]\n  ephemeral_mounts: [${ephemeral}]\n`;

  test.each([
    ['/data', '/data', true],
    ['/data', '/data/cache', true],
    ['/data/app', '/data', true],
    ['/data', '//data/.', true],
    ['/data', '/', true],
    ['/data', '/database', false],
    ['/data/a', '/data/b', false],
  ])('persistent %s beside tmpfs %s: overlap %p', (persistent, ephemeral, overlaps) => {
    const { found } = load(mounts(persistent, `{ name: t, path: ${ephemeral} }`));
    expect(found).toEqual(overlaps ? ['STW104 5:39'] : []);
  });

  test.each([
    ['', [...RUNTIMES]],
    [', apply_to: [podman, docker]', ['docker', 'podman']],
    [', runtimes: kubernetes', ['kubernetes']],
    [', apply_to: all', [...RUNTIMES]],
    [', apply_to: ~, runtimes: [proxmox]', ['proxmox']],
  ])('runtimes of a tmpfs with %p', (keys, expected) => {
    expect(good(mounts('/data', `{ path: /run${keys} }`)).ephemeral_mounts[0]?.runtimes).toEqual(expected);
  });

  test.each(['../x', 'a/b', '.hidden', '-x', 'a b', '"a\\nb"', '..', 'x'.repeat(129)])(
    'a persistent volume cannot be named %s',
    (name) => {
      const { contracts, found } = load(
        `${HEAD}mounts: { persistent_volumes: [{ name: ${name}, path: /x }] }\n`,
      );
      expect(contracts).toEqual([]);
      expect(found).toContain('STW101 3:40');
    },
  );
});

test.each(['App', 'a b', '-a', 'a-', '../a', 'a/b', 'a@b', '"a\\n"', '""', 'x'.repeat(64), 'ä'])(
  'service_id %s is refused, never altered',
  (id) => {
    expect(load(EMPTY.replace('service_id: app', `service_id: ${id}`)).contracts).toEqual([]);
  },
);

describe('backup block', () => {
  const withVolumes = `${HEAD}mounts: { persistent_volumes: [{ name: data, path: /d }, { name: cache, path: /c }] }\n`;

  test('only the keys that are given', () => {
    const { backup } = good(`${withVolumes}backup:
  schedule: "@hourly"
  spread: 1h30m
  retention: { keep_last: 3 }
  exclude: ["*.tmp"]
  volumes:
    cache: { enabled: false, reason: "  rebuilt\\n on start " }
    data: { allow_empty: true, exclude: [x], claim: c, docker_volume: D_1, podman_volume: p }
`);
    expect(backup.settings).toEqual({
      schedule: '@hourly',
      spread: 90,
      retention: { keep_last: 3 },
      exclude: ['*.tmp'],
    });
    expect([...backup.volumes.keys()]).toEqual(['cache', 'data']);
    expect(backup.volumes.get('cache')).toMatchObject({ enabled: false, reason: 'rebuilt on start' });
    expect(backup.volumes.get('data')).toMatchObject({
      enabled: true,
      reason: null,
      allow_empty: true,
      exclude: ['x'],
      holders: { claim: 'c', docker_volume: 'D_1', podman_volume: 'p' },
    });
  });

  test('every mistake in it is reported at once', () => {
    const { found } = load(`${withVolumes}backup:
  scedule: x
  schedule: "61 * * * *"
  timezone: utc
  spread: soon
  volumes:
    data: { enabled: no }
    cash: {}
`);
    expect(found.sort()).toEqual([
      'STW020 5:3',
      'STW024 10:22',
      'STW025 8:11',
      'STW106 11:5',
      'STW211 7:13',
      'STW212 6:14',
    ]);
  });
});

test('several documents are several contracts; a wrong one does not hide a good one', () => {
  const { contracts, found } = load(`${EMPTY}---\nservice_id: Bad\n---\n${EMPTY.replace('app', 'other')}`);
  expect(contracts.map(({ service_id }) => service_id)).toEqual(['app', 'other']);
  expect(found.sort()).toEqual(['STW021 5:1', 'STW021 5:1', 'STW101 5:13']);
});

test.each(['\u0000', '\u0007', '\u001b', '\u007f', '\u0085', '\u2028', '\u2029', '\n', '\r', '\t'])(
  'the control character %j is refused in what we keep, and no concern in what we do not',
  (character) => {
    const text = JSON.stringify(`a${character}b`).replace(
      /[\u007f-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    expect(load(`${EMPTY}service_name: ${text}\n`).found).toEqual(['STW026 4:15']);
    good(`${EMPTY}description: ${text}\n`);
  },
);
