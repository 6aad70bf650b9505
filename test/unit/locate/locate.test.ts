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
  test('volumes of `services[]` belong to Compose alone', () => {
    const text =
      `${EVERY_RUNTIME}services:\n` +
      '  - { name: app, volumes: [{ name: uploads, host_path: /srv/up, target: /up }] }\n' +
      '  - { name: db, volumes: [{ name: db, target: /var/lib/db }] }\n' +
      'mounts:\n  persistent_volumes:\n    - { name: uploads, path: /up }\n    - { name: db, path: /var/lib/db }\n';
    expect(everywhere(text, 'uploads')).toMatchObject({
      docker: ['host_path', '/srv/up', null],
      podman: ['podman_volume', expect.any(String), 'systemd-uploads'],
    });
    expect(everywhere(text, 'db')).toMatchObject({
      docker: ['docker_volume', '/var/lib/docker/volumes/web-app_db/_data', 'web-app_db'],
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

describe('Kubernetes claims', () => {
  test('the declared claim, else <service_name>-data', () => {
    const text = contract(
      '  - { name: data, target: /data }',
      '    - { name: data, path: /data }',
      'kubernetes: { pvc: { name: app-claim, size: 5Gi } }\n',
    );
    expect(everywhere(text, 'data')).toMatchObject({ kubernetes: ['claim', 'apps/app-claim', 'app-claim'] });
  });

  test('with several managed volumes only the one that the adapter mounts has the claim', () => {
    const text = contract(
      '  - { name: data, target: /data }\n  - { name: logs, target: /logs }',
      '    - { name: data, path: /data }\n    - { name: logs, path: /logs }',
    );
    expect(everywhere(text, 'data')).toMatchObject({
      kubernetes: ['claim', expect.any(String), 'Web Application-data'],
    });
    expect(everywhere(text, 'logs')).toMatchObject({ kubernetes: ['claim', 'apps/(no claim)', null] });
  });

  test('an explicit claim for one of two leaves the default claim to the other', () => {
    const text = contract(
      '  - { name: data, target: /data }\n  - { name: logs, target: /logs }',
      '    - { name: data, path: /data }\n    - { name: logs, path: /logs }',
      'backup: { volumes: { data: { claim: big } } }\n',
    );
    expect(everywhere(text, 'data')).toMatchObject({ kubernetes: ['claim', 'apps/big', 'big'] });
    expect(everywhere(text, 'logs')).toMatchObject({
      kubernetes: ['claim', expect.any(String), 'Web Application-data'],
    });
  });

  test('a bind mount beside a claim needs no mapping', () => {
    const text = contract(
      '  - { name: config, host_path: /srv/config, target: /config }\n  - { name: data, target: /data }',
      '    - { name: config, path: /config }\n    - { name: data, path: /data }',
    );
    expect(everywhere(text, 'data')).toMatchObject({
      kubernetes: ['claim', expect.any(String), 'Web Application-data'],
    });
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
