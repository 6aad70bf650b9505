import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The example, where Ansible may put files beside it. */
let fleet = '';
beforeAll(() => {
  fleet = mkdtempSync(join(tmpdir(), 'stowage-fleet-'));
  cpSync(join(ROOT, 'examples/fleet'), fleet, { recursive: true });
});
afterAll(() => {
  rmSync(fleet, { recursive: true });
});

function run(program: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH, HOME: fleet, LC_ALL: 'C.UTF-8', ANSIBLE_LOCALHOST_WARNING: 'false' };
  return execFileSync(program, args, {
    cwd: fleet,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('the inventory that the example keeps is what ansible-inventory prints', () => {
  const made = JSON.parse(run('ansible-inventory', '-i', 'hosts.yml', '--list')) as {
    _meta: { hostvars: unknown };
  };
  const kept = JSON.parse(readFileSync(join(fleet, 'inventory.json'), 'utf8')) as typeof made;
  // Later versions of Ansible say here how they wrote it.
  expect({ ...kept, _meta: kept._meta.hostvars }).toEqual({ ...made, _meta: made._meta.hostvars });
});

interface Mount {
  readonly name: string;
  readonly host_path?: string;
  readonly source?: string;
}

/** What Ansible makes of a role's defaults on each host of its group, by `host service volume`. */
function deployed(role: string): Record<string, string> {
  mkdirSync(join(fleet, `roles/${role}/tasks`), { recursive: true });
  writeFileSync(
    join(fleet, `roles/${role}/tasks/main.yml`),
    '- ansible.builtin.copy: { content: "{{ service_volumes | to_json }}", dest: "{{ out }}/{{ inventory_hostname }}.json", mode: "0600" }\n',
  );
  writeFileSync(
    join(fleet, 'play.yml'),
    `- { hosts: ${role}, gather_facts: false, connection: local, roles: [${role}] }\n`,
  );
  const out = mkdtempSync(join(fleet, 'out-'));
  const told = run('ansible-playbook', '-i', 'hosts.yml', 'play.yml', '-e', `out=${out}`);
  const hosts = [...told.matchAll(/^(\S+) +: ok=/gm)].map(([, host = '']) => host);
  expect(hosts.length).toBeGreaterThan(0);
  return Object.fromEntries(
    hosts.flatMap((host) =>
      (JSON.parse(readFileSync(join(out, `${host}.json`), 'utf8')) as Mount[]).map((mount) => [
        `${host} ${role} ${mount.name}`,
        mount.host_path ?? mount.source ?? mount.name,
      ]),
    ),
  );
}

test('paths shows what Ansible deploys, on every host', () => {
  const { paths } = JSON.parse(
    run(process.execPath, join(ROOT, 'dist/stowage.js'), 'paths', '--format', 'json'),
  ) as {
    paths: {
      service: string;
      volume: string;
      host: string;
      runtime: string;
      kind: string;
      location: string;
      name: string;
    }[];
  };
  const found = paths.map(({ host, service, volume, kind, location, name }) => [
    `${host} ${service} ${volume}`,
    kind === 'host_path' ? location : name.replace(/^(?:wiki_|systemd-)/, ''),
  ]);
  expect(Object.fromEntries(found)).toEqual({ ...deployed('wiki'), ...deployed('photos') });
  expect(new Set(paths.map(({ runtime }) => runtime)).size).toBe(2);
  expect(new Set(paths.map(({ host }) => host)).size).toBe(3);
});

test('the rendered playbook is for the hosts of the inventory', () => {
  run(process.execPath, join(ROOT, 'dist/stowage.js'), 'render', '--quiet');
  const listed = run('ansible-playbook', '-i', 'hosts.yml', 'site.yml', '--list-hosts');
  expect(listed).toMatch(/Install the backup jobs[^]*hosts \(3\):[^]*nas1/);
  run('ansible-playbook', '-i', 'hosts.yml', 'site.yml', '--syntax-check');
});
