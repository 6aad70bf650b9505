import { describe, expect, test } from '@jest/globals';
import { elsewhereSteps } from '../../../src/targets/runbook/elsewhere.js';
import { planOf, policyOf } from '../../support/project.js';

const POLICY = policyOf('deployments: [{ runtime: baremetal, host: h1, services: ["*"] }]\n');

/** What a page prints for each other runtime: heading → the first words of its commands. */
function commandsOf(contract: string): Record<string, string[]> {
  const [service] = planOf(POLICY, contract).plan.services;
  const [from] = service?.placements ?? [];
  if (service === undefined || from === undefined) throw new Error('no service');
  return Object.fromEntries(
    elsewhereSteps('lab', service, from, POLICY.runtimes).map(({ heading, pipelines }) => [
      heading,
      pipelines.map(([command]) => (command ?? []).slice(0, 4).join(' ')),
    ]),
  );
}

const CONTRACT = `service_id: web
runtime_templates: { docker: a, podman: b, kubernetes: c, proxmox: d, baremetal: e }
service_volumes: [{ name: data, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
`;

describe('restoring under another runtime', () => {
  test('makes a managed volume first, and prints nothing for what is not a folder of a host', () => {
    expect(commandsOf(CONTRACT)).toEqual({
      'On docker': [
        'docker volume create --label=com.docker.compose.project=web',
        '/usr/local/lib/stowage/lab/restore-main.sh latest /backup/web/data /var/lib/docker/volumes/web_data/_data',
      ],
      'On podman': [
        'podman volume create --ignore',
        '/usr/local/lib/stowage/lab/restore-main.sh latest /backup/web/data /var/lib/containers/storage/volumes/systemd-data/_data',
      ],
    });
  });

  test("prints nothing for a user's volumes: root knows no $HOME of theirs", () => {
    expect(Object.keys(commandsOf(`${CONTRACT}quadlet_scope: user\n`))).toEqual(['On docker']);
  });

  test('sends nobody to look for a folder where there is only the dump of a guest', () => {
    const guest = `service_id: web
runtime_templates: { docker: a, proxmox: d }
service_container: { vmid: 101 }
service_volumes: [{ name: data, target: /data }, { name: media, target: /media, host_path: /tank/media }]
mounts: { persistent_volumes: [{ name: data, path: /data }, { name: media, path: /media }] }
`;
    const policy = policyOf('deployments: [{ runtime: proxmox, host: h1, services: ["*"] }]\n');
    const [service] = planOf(policy, guest).plan.services;
    const [from] = service?.placements ?? [];
    if (service === undefined || from === undefined) throw new Error('no service');
    const [step] = elsewhereSteps('lab', service, from, policy.runtimes);
    expect(step?.text).toMatch(/^Only in the dump of the guest, .*: data\.$/);
    expect(step?.pipelines.map(([command]) => command?.[2])).toEqual(['/backup/web/media']);
  });

  describe('a dump', () => {
    const dumped = (dump: string, policy = POLICY) => {
      const contract = `${CONTRACT.replace(', baremetal: e', '')}container_name: the-web\nservice_image: postgres:17\nbackup: { dumps: { db: { ${dump}, replaces: data } } }\n`;
      const [service] = planOf(policy, contract).plan.services;
      const [from] = service?.placements ?? [];
      if (service === undefined || from === undefined) throw new Error('no service');
      return elsewhereSteps('lab', service, from, policy.runtimes).map(
        ({ heading, pipelines, text, fences = [] }) => ({
          ...{ heading, pipelines, text },
          loads: fences.map(({ lead, pipelines: [first] }) => `${lead}: ${first?.[0]?.join(' ')}`),
        }),
      );
    };
    const docker = policyOf('deployments: [{ runtime: docker, host: h1, services: ["*"] }]\n');
    const script = '/usr/local/lib/stowage/lab/restore-dump-web-db.sh latest';

    test('is loaded where the other runtime has its server, and no folder is looked for that it stands for', () => {
      expect(dumped('engine: postgresql', docker)).toEqual([
        {
          heading: 'On podman',
          pipelines: [[['podman', 'volume', 'create', '--ignore', 'systemd-data']]],
          text: 'Volumes that are not there yet are made first. Where the script that loads a dump is not installed, it runs from the folder bin of the tree of h1.',
          loads: [
            `As root on that host, once its server runs, for db (PostgreSQL): ${script} -- podman exec --interactive the-web`,
          ],
        },
      ]);
    });

    test('of a file is loaded where the other runtime has that file', () => {
      const [podman] = dumped('engine: sqlite, path: /data/web.db', docker);
      expect(podman?.loads).toEqual([
        `As root on that host, while nothing has it open, for db (SQLite): ${script} --path=/var/lib/containers/storage/volumes/systemd-data/_data/web.db --`,
      ]);
    });

    test('that a pod makes is only named: root of a host has no script for it', () => {
      const cluster = policyOf('deployments: [{ runtime: kubernetes, services: ["*"] }]\n');
      const [first] = dumped('engine: postgresql', cluster);
      expect(first).toMatchObject({
        ...{ pipelines: [[expect.arrayContaining(['create', 'web_data'])]], loads: [] },
        text: 'Volumes that are not there yet are made first. A dump, which the programs of its database load: /backup/web/dumps/db.',
      });
    });
  });

  test('says that hostPaths of several nodes have snapshots of several nodes', () => {
    const policy = policyOf(
      'deployments: [{ runtime: kubernetes, services: ["*"] }]\nruntimes: { kubernetes: { host_path_mode: daemonset } }\n',
    );
    const bound = CONTRACT.replace('target: /data', 'target: /data, host_path: /srv/web');
    const [service] = planOf(policy, bound).plan.services;
    const [from] = service?.placements ?? [];
    if (service === undefined || from === undefined) throw new Error('no service');
    const texts = elsewhereSteps('lab', service, from, policy.runtimes).map(({ text }) => text);
    expect(texts.every((text) => text.startsWith('Every node has snapshots of its own'))).toBe(true);
    expect(texts.length).toBeGreaterThan(0);
  });
});
