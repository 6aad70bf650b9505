import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { loadProject } from '../../../src/load.js';
import { render } from '../../../src/render.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const POLICY = `version: 1
project: home
contracts: svc/*.yml
values: [z.yml, a.yml]
inventory: inventory.json
repositories:
  main: { url: "rest:http://backup1:8000/r", maintenance: { host: backup1 } }
`;

const FILES = {
  'svc/wiki.yml': `service_id: wiki
service_unit_name: wiki
service_volumes: [{ name: data, target: /data, source: "{{ wiki_volume }}" }]
service_container: { vmid: "{{ wiki_vmid }}" }
mounts: { persistent_volumes: [{ name: data, path: /data }] }
runtime_templates: { docker: a, proxmox: b, podman: c }
wiki_volume: own
`,
  'svc/plain.yml': `service_id: plain
service_volumes: [{ name: data, target: /data, host_path: /srv/plain }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
runtime_templates: { docker: a }
`,
  'z.yml': 'wiki_volume: from-z\nwiki_vmid: 100\n',
  'a.yml': 'wiki_volume: from-a\n',
  'web1.yml': 'wiki_volume: from-deployment\n',
};

const INVENTORY = {
  _meta: {
    hostvars: {
      backup1: {},
      pve1: { runtime: 'proxmox', wiki_vmid: 931 },
      pve2: { runtime: '{{ kind }}', kind: 'proxmox', wiki_vmid: 932 },
      pod1: { runtime: 'podman', service_unit_name: 'wiki-pod' },
      web1: { runtime: 'docker', wiki_volume: 'from-host' },
      web2: { runtime: 'docker', wiki_volume: 'from-host' },
    },
  },
  all: { children: ['ungrouped', 'apps', 'web'] },
  apps: { hosts: ['pve2', 'pve1', 'pod1'] },
  ungrouped: { hosts: ['backup1'] },
  web: { hosts: ['web1', 'web2'] },
};

function project(deployments: string, files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-'));
  folders.push(folder);
  const all = { ...FILES, 'inventory.json': JSON.stringify(INVENTORY, null, 2), ...files };
  for (const [name, text] of Object.entries({ ...all, 'stowage.yml': POLICY + deployments })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return loadProject(join(folder, 'stowage.yml'));
}

function rendered(deployments: string) {
  const { plan, files, diagnostics } = render(project(deployments));
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors).toEqual([]);
  const service = plan?.services.find(({ service_id }) => service_id === 'wiki');
  const text = (path: string) => files.find((file) => file.path === path)?.content ?? '';
  return { placements: service?.placements ?? [], service, text };
}

test('the own key, then `values` in their order, then the host, then the deployment', () => {
  const { placements } = rendered(`deployments:
  - { runtime: docker, services: [plain, wiki] }
  - { runtime: docker, host: web2, services: [wiki] }
  - { runtime: docker, host: web1, services: [wiki], values: [web1.yml] }
`);
  expect(placements.map(({ host, volumes }) => [host, volumes[0]?.name])).toEqual([
    [null, 'wiki_from-a'],
    ['web1', 'wiki_from-deployment'],
    ['web2', 'wiki_from-host'],
  ]);
});

test('hosts and runtimes of a group; each place has its own names in the plan, on the page and in the script', () => {
  const { placements, service, text } = rendered(`deployments:
  - { inventory: true, services: [wiki], group: apps }
  - { runtime: docker, host: web1, services: [plain] }
`);
  expect(placements.map(({ host, runtime, snapshot_host }) => [host, runtime, snapshot_host])).toEqual([
    ['pod1', 'podman', 'wiki@pod1'],
    ['pve1', 'proxmox', 'wiki@pve1'],
    ['pve2', 'proxmox', 'wiki'],
  ]);
  // The first of the group is what the service is; the others say what they have of their own.
  expect(service?.vmid).toBe(932);
  expect(placements.map(({ own }) => own)).toEqual([
    { service_unit_name: 'wiki-pod', vmid: 100 },
    { vmid: 931 },
    undefined,
  ]);
  for (const [host, vmid] of [
    ['pve1', '931'],
    ['pve2', '932'],
  ] as const) {
    const unit = text(`hosts/${host}/systemd/stowage-home-vzdump-wiki.service`);
    expect(unit).toContain(`guest ${vmid} `);
    expect(text('runbooks/wiki.md')).toContain(`pct stop ${vmid}`);
  }
  expect(text('runbooks/wiki.md')).toContain('systemctl stop wiki-pod.service');
});

test('a service without values of its own anywhere is read once', () => {
  const { contracts } = project(`deployments:
  - { runtime: docker, host: web1, services: ["*"] }
  - { runtime: docker, host: web2, services: [plain] }
`);
  expect(contracts.map(({ service_id, variants }) => [service_id, variants.size])).toEqual([
    ['plain', 0],
    ['wiki', 0],
  ]);
});

test('what only one host lacks is said of that host', () => {
  const { diagnostics } = project('deployments: [{ inventory: true, services: [wiki], group: apps }]\n', {
    'z.yml': '# nothing\n',
  });
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toContain(
    'STW110 `wiki_vmid` is not defined (`pod1`)',
  );
});
