import { describe, expect, test } from '@jest/globals';
import type { RuntimeName } from '../../../src/model/contract.js';
import { EVERY_RUNTIME, locationsOf, policyOf } from '../../support/project.js';

/** `[kind, location, name]` of one volume on every runtime. */
function everywhere(text: string, volume: string, policy = policyOf()) {
  const runtimes: RuntimeName[] = ['docker', 'podman', 'kubernetes', 'proxmox', 'baremetal'];
  return Object.fromEntries(
    runtimes.map((runtime) => {
      const found = locationsOf(text, runtime, policy)[volume];
      return [runtime, [found?.kind, found?.location, found?.name]];
    }),
  );
}

function contract(volumes: string, persistent: string, more = ''): string {
  return `${EVERY_RUNTIME}service_volumes:\n${volumes}\nmounts:\n  persistent_volumes:\n${persistent}\n${more}`;
}

describe('where a volume lives (the table of runtimes)', () => {
  test('a bind mount is its host path everywhere but on bare metal', () => {
    const text = contract(
      '  - { name: data, host_path: /srv/app, target: /data }',
      '    - { name: data, path: /data }',
    );
    expect(everywhere(text, 'data')).toEqual({
      docker: ['host_path', '/srv/app', null],
      podman: ['host_path', '/srv/app', null],
      kubernetes: ['host_path', '/srv/app', null],
      proxmox: ['host_path', '/srv/app', null],
      baremetal: ['directory', '/data', null],
    });
  });

  test('a volume that Compose calls external carries no name of a project', () => {
    const text = contract(
      '  - { name: data, source: shared.files, target: /data, external: true }',
      '    - { name: data, path: /data }',
    );
    const { docker, podman } = everywhere(text, 'data');
    expect(docker).toEqual(['docker_volume', '/var/lib/docker/volumes/shared.files/_data', 'shared.files']);
    expect(podman?.[2]).toBe('systemd-shared.files');
  });

  test('a managed volume is named by each runtime in its own way', () => {
    const text = contract('  - { name: data, target: /data }', '    - { name: data, path: /data }');
    expect(everywhere(text, 'data')).toEqual({
      docker: ['docker_volume', '/var/lib/docker/volumes/web-app_data/_data', 'web-app_data'],
      podman: ['podman_volume', '/var/lib/containers/storage/volumes/systemd-data/_data', 'systemd-data'],
      kubernetes: ['claim', 'apps/Web Application-data', 'Web Application-data'],
      proxmox: ['lxc_guest', '/data', '105'],
      baremetal: ['directory', '/data', null],
    });
  });

  test('`source` is the managed volume’s name', () => {
    const text = contract(
      '  - { name: data, source: app-db, target: /data }',
      '    - { name: data, path: /data }',
    );
    expect(everywhere(text, 'data')).toMatchObject({
      docker: ['docker_volume', '/var/lib/docker/volumes/web-app_app-db/_data', 'web-app_app-db'],
      podman: ['podman_volume', '/var/lib/containers/storage/volumes/systemd-app-db/_data', 'systemd-app-db'],
    });
  });

  test('an absolute `source` is a bind mount, as Compose reads it', () => {
    const text = contract(
      '  - { name: data, source: /srv/app, target: /data }',
      '    - { name: data, path: /data }',
    );
    expect(everywhere(text, 'data')).toMatchObject({ docker: ['host_path', '/srv/app', null] });
  });

  test('without a service volume a container runtime falls back to a volume of the persistent name', () => {
    const text = contract('  []', '    - { name: data, path: /data }');
    expect(everywhere(text, 'data')).toMatchObject({
      docker: ['docker_volume', '/var/lib/docker/volumes/web-app_data/_data', 'web-app_data'],
      podman: ['podman_volume', '/var/lib/containers/storage/volumes/systemd-data/_data', 'systemd-data'],
      kubernetes: ['claim', 'apps/Web Application-data', 'Web Application-data'],
    });
  });

  test('settings of the policy move the roots', () => {
    const policy = policyOf(
      'runtimes: { docker: { data_root: /mnt/docker }, podman: { storage_root: /mnt/podman } }\n',
    );
    const text = contract('  - { name: data, target: /data }', '    - { name: data, path: /data }');
    expect(everywhere(text, 'data', policy)).toMatchObject({
      docker: ['docker_volume', '/mnt/docker/volumes/web-app_data/_data', 'web-app_data'],
      podman: ['podman_volume', '/mnt/podman/volumes/systemd-data/_data', 'systemd-data'],
    });
  });

  test('a rootless volume lies below the user’s home', () => {
    const text = contract(
      '  - { name: data, target: /data }',
      '    - { name: data, path: /data }',
      'quadlet_scope: user\n',
    );
    expect(everywhere(text, 'data')).toMatchObject({
      podman: [
        'podman_volume',
        '$HOME/.local/share/containers/storage/volumes/systemd-data/_data',
        'systemd-data',
      ],
    });
  });

  test('a path below a target is a suffix below the volume', () => {
    const managed = contract(
      '  - { name: data, target: /var/lib }',
      '    - { name: db, path: /var/lib/app/db }',
    );
    expect(everywhere(managed, 'db')).toEqual({
      docker: ['docker_volume', '/var/lib/docker/volumes/web-app_data/_data/app/db', 'web-app_data'],
      podman: [
        'podman_volume',
        '/var/lib/containers/storage/volumes/systemd-data/_data/app/db',
        'systemd-data',
      ],
      kubernetes: ['claim', 'apps/Web Application-data/app/db', 'Web Application-data'],
      proxmox: ['lxc_guest', '/var/lib/app/db', '105'],
      baremetal: ['directory', '/var/lib/app/db', null],
    });
    const bound = contract(
      '  - { name: data, host_path: /srv, target: /var/lib }',
      '    - { name: db, path: /var/lib/app/db }',
    );
    expect(everywhere(bound, 'db')).toMatchObject({ docker: ['host_path', '/srv/app/db', null] });
  });

  test('a whole file system bound into the workload keeps a single slash', () => {
    const text = contract(
      '  - { name: host, host_path: /, target: /host }',
      '    - { name: etc, path: /host/etc }',
    );
    expect(everywhere(text, 'etc')).toMatchObject({ docker: ['host_path', '/etc', null] });
  });

  test('explicit names win over what the adapters would call them', () => {
    const text = contract(
      '  - { name: data, target: /data }',
      '    - { name: data, path: /data }',
      'backup: { volumes: { data: { docker_volume: shared, podman_volume: mine, claim: theirs } } }\n',
    );
    expect(everywhere(text, 'data')).toMatchObject({
      docker: ['docker_volume', '/var/lib/docker/volumes/shared/_data', 'shared'],
      podman: ['podman_volume', '/var/lib/containers/storage/volumes/mine/_data', 'mine'],
      kubernetes: ['claim', 'apps/theirs', 'theirs'],
    });
  });
});

describe('Compose', () => {
  test('volumes of `services[]` are mounted by the container engines', () => {
    const text =
      `${EVERY_RUNTIME}services:\n` +
      '  - { name: app, volumes: [{ name: uploads, host_path: /srv/up, target: /up }] }\n' +
      '  - { name: db, volumes: [{ name: db, target: /var/lib/db }] }\n' +
      'mounts:\n  persistent_volumes:\n    - { name: uploads, path: /up }\n    - { name: db, path: /var/lib/db }\n';
    expect(everywhere(text, 'uploads')).toMatchObject({
      docker: ['host_path', '/srv/up', null],
      podman: ['host_path', '/srv/up', null],
    });
    expect(everywhere(text, 'db')).toMatchObject({
      docker: ['docker_volume', '/var/lib/docker/volumes/web-app_db/_data', 'web-app_db'],
      podman: ['podman_volume', '/var/lib/containers/storage/volumes/systemd-db/_data', 'systemd-db'],
    });
  });

  test('the project name loses what Compose does not allow in one', () => {
    const text = contract('  - { name: data, target: /data }', '    - { name: data, path: /data }').replace(
      'service_id: web-app',
      'service_id: my.web_app',
    );
    expect(everywhere(text, 'data')).toMatchObject({
      docker: ['docker_volume', '/var/lib/docker/volumes/myweb_app_data/_data', 'myweb_app_data'],
    });
  });
});

describe('Kubernetes: what the live adapter mounts, and nothing else', () => {
  const NOTHING = { kind: 'claim', name: null, location: 'apps/(no claim)', backed_up: false };
  const MISSING = { ...NOTHING, reason: 'not mounted on kubernetes', obstacle: 'not mounted on kubernetes' };
  const CLAIM = { kind: 'claim', name: 'web-app-data', backed_up: true };
  const found = (volumes: string, persistent: string, more = '') =>
    locationsOf(
      contract(volumes, persistent, more).replace('Web Application', 'web-app'),
      'kubernetes',
      policyOf('    kubernetes_secret: restic\n'),
    );
  const TWO = '    - { name: data, path: /data }\n    - { name: logs, path: /logs }';

  test('the first service volume is on the claim, the second in no claim and in no cluster', () => {
    const two = found('  - { name: data, target: /data }\n  - { name: logs, target: /logs }', TWO);
    expect(two).toMatchObject({ data: CLAIM, logs: MISSING });
  });

  test('the claim of a cache never goes by the name of the data', () => {
    const cache = '  - { name: cache, target: /cache }\n  - { name: data, target: /data }';
    expect(found(cache, '    - { name: data, path: /data }')).toMatchObject({ data: MISSING });
    // Even where the cache bears the name, and the data another one.
    const swapped = '  - { name: data, target: /cache }\n  - { name: store, target: /data }';
    expect(found(swapped, '    - { name: data, path: /data }')).toMatchObject({ data: MISSING });
    const alone = '  - { name: data, target: /cache }';
    expect(found(alone, '    - { name: data, path: /data }')).toMatchObject({ data: CLAIM });
  });

  test('a folder below what is mounted is there, whatever else the contract lists', () => {
    const volumes = '  - { name: all, target: /var/lib }\n  - { name: db, target: /var/lib/db }';
    expect(found(volumes, '    - { name: db, path: /var/lib/db/main }')).toMatchObject({
      db: { ...CLAIM, suffix: 'db/main', service_volume: 'all' },
    });
  });

  test('the first is a hostPath where it has one: then there is no claim', () => {
    const volumes =
      '  - { name: conf, host_path: /srv/conf, target: /conf }\n  - { name: data, target: /data }';
    const persistent = '    - { name: conf, path: /conf }\n    - { name: data, path: /data }';
    expect(found(volumes, persistent)).toMatchObject({
      conf: { kind: 'host_path', location: '/srv/conf', name: null, backed_up: true },
      data: MISSING,
    });
  });

  test('a hostPath that is not the first is mounted by nobody', () => {
    const volumes =
      '  - { name: tls, target: /tls }\n  - { name: data, host_path: /srv/data, target: /data }';
    expect(found(volumes, '    - { name: data, path: /data }')).toMatchObject({ data: MISSING });
  });

  test('a source that is a path is a bind mount in Compose alone', () => {
    const volumes = '  - { name: data, source: /srv/data, target: /data }';
    expect(found(volumes, '    - { name: data, path: /data }')).toMatchObject({ data: CLAIM });
  });

  test('without service volumes the claim is at /data', () => {
    const persistent =
      '    - { name: whole, path: /data }\n    - { name: part, path: /data/a/b }\n    - { name: mail, path: /var/mail }\n    - { name: near, path: /database }';
    expect(found('  []', persistent)).toMatchObject({
      whole: { ...CLAIM, suffix: '' },
      part: { ...CLAIM, suffix: 'a/b', location: 'apps/web-app-data/a/b' },
      mail: MISSING,
      near: MISSING,
    });
  });

  test('a claim that the contract names, and that the adapter does not make, is one of two until somebody says which', () => {
    const volumes = '  - { name: data, target: /data }';
    const persistent = '    - { name: data, path: /data }';
    const named = (name: string) => `kubernetes: { pvc: { name: ${name}, size: 5Gi } }\n`;
    expect(found(volumes, persistent, named('app-claim'))).toMatchObject({
      data: { ...NOTHING, reason: 'nothing says which claim holds `data`' },
    });
    expect(found(volumes, persistent, named('web-app-data'))).toMatchObject({
      data: { ...CLAIM, claim_size: '5Gi' },
    });
    const said = 'backup: { volumes: { data: { claim: app-claim } } }\n';
    expect(found(volumes, persistent, named('app-claim') + said)).toMatchObject({
      data: { kind: 'claim', name: 'app-claim', claim_size: '5Gi', backed_up: true },
    });
  });

  test('a claim that is named holds a volume that the adapter does not mount, and takes none from another', () => {
    const volumes = '  - { name: data, target: /data }\n  - { name: logs, target: /logs }';
    expect(found(volumes, TWO, 'backup: { volumes: { logs: { claim: big } } }\n')).toMatchObject({
      data: CLAIM,
      logs: { kind: 'claim', name: 'big', location: 'apps/big', backed_up: true },
    });
    expect(found(volumes, TWO, 'backup: { volumes: { data: { claim: big } } }\n')).toMatchObject({
      data: { name: 'big' },
      logs: MISSING,
    });
  });

  test('waived there, it is no problem there; elsewhere it is backed up', () => {
    const text = contract(
      '  - { name: data, target: /data }\n  - { name: logs, target: /logs }',
      TWO,
      'backup: { volumes: { logs: { runtimes: { kubernetes: { enabled: false, reason: not there } } } } }\n',
    );
    const there = locationsOf(text, 'kubernetes').logs;
    expect(there).toMatchObject({ backed_up: false, reason: 'not there' });
    expect(there).not.toHaveProperty('obstacle');
    expect(locationsOf(text, 'docker').logs).toMatchObject({ backed_up: true, reason: null });
  });
});

describe('what a volume says for one runtime', () => {
  const text = (logs: string) =>
    contract(
      '  - { name: logs, target: /logs }',
      '    - { name: logs, path: /logs }',
      `backup: { volumes: { logs: { ${logs} } } }\n`,
    );
  const at = (runtime: RuntimeName, logs: string) => {
    const found = locationsOf(text(logs), runtime).logs;
    return [found?.backed_up, found?.reason];
  };

  test('wins over what it says for all of them, key by key', () => {
    const kept = 'enabled: false, reason: noise, runtimes: { podman: { enabled: true } }';
    expect(at('docker', kept)).toEqual([false, 'noise']);
    expect(at('podman', kept)).toEqual([true, 'noise']);
    const told = 'enabled: false, reason: noise, runtimes: { podman: { reason: kept elsewhere } }';
    expect(at('docker', told)).toEqual([false, 'noise']);
    expect(at('podman', told)).toEqual([false, 'kept elsewhere']);
  });
});

test('snapshots look the same on every runtime, but for a guest’s dump', () => {
  const text = contract('  - { name: data, target: /data }', '    - { name: data, path: /data }');
  const at = (runtime: RuntimeName) => locationsOf(text, runtime).data?.snapshot_path;
  expect([at('docker'), at('podman'), at('kubernetes'), at('baremetal')]).toEqual(
    Array(4).fill('/backup/web-app/data'),
  );
  expect(at('proxmox')).toBe('/backup/web-app/vzdump-lxc-105.tar');
});
