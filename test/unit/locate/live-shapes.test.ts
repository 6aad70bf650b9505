import { describe, expect, test } from '@jest/globals';
import { planOf, policyOf } from '../../support/project.js';

/*
 * Contracts in the shapes that live ones have, with names of their own, against what the live adapters make of them: one line
 * for each volume on each runtime. `-` stands where nothing holds it.
 */
const RUNTIMES =
  'runtime_templates: { docker: d.j2, podman: p.j2, kubernetes: k.j2, proxmox: x.j2, baremetal: b.j2 }';

interface Shape {
  readonly contract: string;
  /** Volume, runtime, where it lies, and on Kubernetes how large its claim is. */
  readonly rows: readonly string[];
  /** Namespace, labels of the pods, object in the cluster; unit on a host; Compose services. */
  readonly names: readonly string[];
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'one bind mount': {
    contract: `
service_id: proxy
service_unit_name: edge-proxy
service_namespace: edge
service_storage_gb: 5
service_container: { vmid: 200, hostname: proxy, disk: 5 }
service_volumes: [{ name: config, host_path: /srv/proxy/config, host_path_type: DirectoryOrCreate, target: /etc/proxy }]
mounts: { persistent_volumes: [{ name: config, path: /etc/proxy }] }
`,
    rows: [
      'config docker /srv/proxy/config',
      'config podman /srv/proxy/config',
      'config kubernetes /srv/proxy/config',
      'config proxmox /srv/proxy/config',
      'config baremetal /etc/proxy',
    ],
    names: ['edge', 'app=proxy', 'proxy', 'edge-proxy', 'proxy'],
  },
  'a database with a claim, and a bind mount beside it': {
    contract: `
service_id: ledger-db
service_namespace: money
service_storage_gb: 20
service_volumes:
  - { name: data, source: ledger-db-data, target: /var/lib/postgresql/data }
  - { name: dumps, host_path: /var/backups/ledger, target: /var/backups/ledger }
mounts: { persistent_volumes: [{ name: data, path: /var/lib/postgresql/data }, { name: dumps, path: /var/backups/ledger }] }
kubernetes: { pvc: { name: ledger-db-data, size: 30Gi, storageClassName: fast } }
`,
    rows: [
      'data docker volume ledger-db_ledger-db-data',
      'data podman volume systemd-ledger-db-data',
      'data kubernetes claim money/ledger-db-data 20Gi fast',
      'data proxmox guest ?:/var/lib/postgresql/data -', // nobody says which guest
      'data baremetal /var/lib/postgresql/data',
      'dumps docker /var/backups/ledger',
      'dumps podman /var/backups/ledger',
      'dumps kubernetes -',
      'dumps proxmox /var/backups/ledger',
      'dumps baremetal /var/backups/ledger',
    ],
    names: ['money', 'app=ledger-db', 'ledger-db', 'ledger-db', 'ledger-db'],
  },
  'certificates first, the data second': {
    contract: `
service_id: vault
service_storage_gb: 4
service_container: { vmid: 310 }
service_volumes:
  - { name: tls, source: vault-tls, target: /etc/ssl/private }
  - { name: secrets, host_path: /var/lib/vault, target: /var/lib/vault }
mounts: { persistent_volumes: [{ name: secrets, path: /var/lib/vault }, { name: keys, path: /etc/ssl/private/keys }] }
`,
    rows: [
      'secrets docker /var/lib/vault',
      'secrets podman /var/lib/vault',
      'secrets kubernetes -',
      'secrets proxmox /var/lib/vault',
      'secrets baremetal /var/lib/vault',
      'keys docker volume vault_vault-tls/keys',
      'keys podman volume systemd-vault-tls/keys',
      'keys kubernetes claim default/vault-data/keys 4Gi',
      'keys proxmox guest 310:/etc/ssl/private/keys',
      'keys baremetal /etc/ssl/private/keys',
    ],
    names: ['default', 'app=vault', 'vault', 'vault', 'vault'],
  },
  'two managed volumes with sizes of their own': {
    contract: `
service_id: files
service_namespace: office
service_storage_size: 90Gi
service_container: { vmid: 240 }
service_volumes:
  - { name: config, source: files-config, target: /data, driver: local, size: 2Gi }
  - { name: shares, source: files-share, target: /shares, driver: local, size: 200Gi }
mounts: { persistent_volumes: [{ name: config, path: /data }, { name: shares, path: /shares }] }
`,
    rows: [
      'config docker volume files_files-config',
      'config podman volume systemd-files-config',
      'config kubernetes claim office/files-data 90Gi',
      'config proxmox guest 240:/data',
      'config baremetal /data',
      'shares docker volume files_files-share',
      'shares podman volume systemd-files-share',
      'shares kubernetes -',
      'shares proxmox guest 240:/shares',
      'shares baremetal /shares',
    ],
    names: ['office', 'app=files', 'files', 'files', 'files'],
  },
  'no service volumes': {
    contract: `
service_id: notes
service_storage_gb: 1
service_container: { vmid: 120 }
mounts: { persistent_volumes: [{ name: books, path: /data/books }, { name: mail, path: /var/mail }] }
`,
    rows: [
      'books docker volume notes_books',
      'books podman volume systemd-books',
      'books kubernetes claim default/notes-data/books 1Gi',
      'books proxmox guest 120:/data/books',
      'books baremetal /data/books',
      'mail docker volume notes_mail',
      'mail podman volume systemd-mail',
      'mail kubernetes -',
      'mail proxmox guest 120:/var/mail',
      'mail baremetal /var/mail',
    ],
    names: ['default', 'app=notes', 'notes', 'notes', 'notes'],
  },
  'several Compose services, without root': {
    contract: `
service_id: shop
service_name: shop-front
quadlet_scope: user
service_container: { vmid: 130 }
services:
  - { name: web, container_name: shop-web, volumes: [{ name: www, target: /var/www }] }
  - { name: db, volumes: ["db-files:/var/lib/db", "/srv/shop/log:/var/log/db"] }
service_volumes: [{ name: www, target: /var/www }]
mounts: { persistent_volumes: [{ name: www, path: /var/www }, { name: db, path: /var/lib/db }, { name: log, path: /var/log/db }] }
`,
    rows: [
      'www docker volume shop_www',
      'www podman volume $HOME systemd-www',
      'www kubernetes claim default/shop-front-data',
      'www proxmox guest 130:/var/www',
      'www baremetal /var/www',
      'db docker volume shop_db-files',
      'db podman volume $HOME systemd-db-files',
      'db kubernetes -',
      'db proxmox guest 130:/var/lib/db',
      'db baremetal /var/lib/db',
      'log docker /srv/shop/log',
      'log podman /srv/shop/log',
      'log kubernetes -',
      'log proxmox guest 130:/var/log/db',
      'log baremetal /var/log/db',
    ],
    names: ['default', 'app=shop-front', 'shop-front', 'shop', 'web,db'],
  },
};

const policy = policyOf('    kubernetes_secret: restic\n');
const ENGINES = /^.*\/volumes\/[^/]+\/_data/;

describe.each(Object.entries(SHAPES))('%s', (_, { contract, rows, names }) => {
  const { plan } = planOf(policy, `${contract}${RUNTIMES}\n`);
  const [service] = plan.services;
  const placements = service?.placements ?? [];
  const on = (runtime: string) => placements.find((placement) => placement.runtime === runtime);

  test('each volume lies where the adapter puts it, and is backed up there and nowhere else', () => {
    const found = ['docker', 'podman', 'kubernetes', 'proxmox', 'baremetal'].flatMap((runtime) =>
      (on(runtime)?.volumes ?? []).map((volume) => {
        const { kind, location, name, backed_up } = volume;
        const below = location.replace(ENGINES, '');
        const home = location.startsWith('$HOME/') ? '$HOME ' : '';
        const size = [volume.claim_size, volume.storage_class].map((part) =>
          part === undefined ? '' : ` ${part}`,
        );
        const where = {
          claim: name === null ? '-' : `claim ${location}${size.join('')}`,
          lxc_guest: `guest ${name ?? '?'}:${location}`,
          docker_volume: `volume ${name ?? ''}${below}`,
          podman_volume: `volume ${home}${name ?? ''}${below}`,
        }[kind];
        const isLost = !backed_up && where !== '-';
        return `${volume.volume} ${runtime} ${where ?? location}${isLost ? ' -' : ''}`;
      }),
    );
    expect([...found].sort()).toEqual([...rows].sort());
  });

  test('names, namespace and labels are those of the adapter', () => {
    const cluster = on('kubernetes');
    const labels = Object.entries(cluster?.workload?.selector ?? {}).map(([key, value]) => `${key}=${value}`);
    expect([
      cluster?.namespace,
      labels.join(),
      cluster?.workload?.name,
      service?.service_unit_name,
      service?.compose_services.join(),
    ]).toEqual(names);
  });
});
