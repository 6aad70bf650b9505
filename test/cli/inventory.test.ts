import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { cleanEnvironment, PROGRAM, put, read, scratch, stowage } from './program.js';
import { answer, commit, git } from './repository.js';

const POLICY = `version: 1
project: lab
contracts: wiki.yml
inventory: inventory.json
repositories:
  main: { url: "rest:http://backup1:8000/r", password_file: /etc/restic/password, maintenance: { host: backup1 } }
deployments:
  - { inventory: true, services: [wiki], group: apps }
`;

const WIKI = `service_id: wiki
service_volumes: [{ name: data, target: /data, source: "{{ wiki_volume }}" }]
service_container: { vmid: "{{ wiki_vmid | int }}" }
mounts: { persistent_volumes: [{ name: data, path: /data }] }
runtime_templates: { docker: a, proxmox: b }
wiki_volume: own
`;

function inventory(vmid: string, secret = 'hunter2'): string {
  const hostvars = {
    backup1: {},
    pve1: { runtime: 'proxmox', wiki_vmid: vmid, db_password: secret },
    web1: { runtime: 'docker', wiki_volume: 'there', wiki_vmid: '7', db_password: secret },
  };
  const groups = { all: { children: ['apps', 'ungrouped'] }, ungrouped: { hosts: ['backup1'] } };
  return JSON.stringify({ _meta: { hostvars }, ...groups, apps: { hosts: ['web1', 'pve1'] } }, null, 4);
}

function project(policy = POLICY): string {
  const folder = scratch();
  put(folder, 'stowage.yml', policy);
  put(folder, 'wiki.yml', WIKI);
  put(folder, 'inventory.json', inventory('931'));
  return folder;
}

interface Paths {
  readonly paths: readonly { readonly host: string; readonly name: string }[];
}

const places = (out: string) => (JSON.parse(out) as Paths).paths.map(({ host, name }) => `${host} ${name}`);
const PATHS = ['paths', '--format', 'json'];

test('`paths` says what Ansible would deploy on each host', () => {
  const { code, out } = stowage(project(), PATHS);
  expect([code, places(out)]).toEqual([0, ['web1 wiki_there', 'pve1 931']]);
});

test('`-` reads the inventory from standard input', () => {
  const folder = project(POLICY.replace('inventory.json', '"-"'));
  const run = spawnSync(process.execPath, [PROGRAM, ...PATHS], {
    ...{ cwd: folder, env: cleanEnvironment(), encoding: 'utf8' },
    input: inventory('932'),
  });
  expect(places(run.stdout)).toContain('pve1 932');
});

test('`explain` says which file a value came from', () => {
  const folder = project();
  const unit = 'hosts/pve1/systemd/stowage-lab-vzdump-wiki.service';
  expect(stowage(folder, ['render']).code).toBe(0);
  const line =
    read(folder, `rendered/${unit}`)
      .split('\n')
      .findIndex((text) => text.includes('guest 931')) + 1;
  const { explanation } = JSON.parse(
    stowage(folder, ['explain', `${unit}:${line}`, '--format', 'json']).out,
  ) as { explanation: { keys: { file: string; key: string }[] } };
  expect(explanation.keys.map(({ file, key }) => `${file} ${key}`)).toContain(
    'inventory.json _meta.hostvars.pve1.wiki_vmid',
  );
});

test('`diff --base` compares with the inventory of that commit', () => {
  const folder = project();
  git(folder, 'init', '-q');
  commit(folder);
  put(folder, 'inventory.json', inventory('931').replace('"there"', '"elsewhere"'));
  const { findings } = answer(stowage(folder, ['diff', '--base', 'HEAD', '--format', 'json']));
  expect(findings).toMatchObject([{ service: 'wiki', volume: 'data', file: 'inventory.json' }]);
});

test('no message shows a line of the inventory, where secrets may stand beside what is wrong', () => {
  const folder = project();
  put(folder, 'inventory.json', JSON.stringify(JSON.parse(inventory('x'))).replace('proxmox', 'proxmx'));
  const { code, err, out } = stowage(folder, ['validate']);
  expect(code).toBe(1);
  expect(err + out).toContain('inventory.json:1:');
  expect(err + out).not.toContain('hunter2');
});
