import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';

/** What Ansible would run, if it took it for an expression. */
const HOSTILE = "{{ lookup('pipe', 'touch /root/escaped') }}";

const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  main: { url: /srv/restic, password_file: /etc/restic/password, maintenance: { host: metal1 } }
defaults: { schedule: ${AWAY}, exclude: ["*.log", ${JSON.stringify(HOSTILE)}] }
deployments: [{ runtime: baremetal, host: metal1, services: ['*'] }]
`;

const contract = (id: string) => `service_id: ${id}
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: data, path: /srv/${id} }] }
`;

const SITE = `---
- name: Backups
  ansible.builtin.import_playbook: ../tree/ansible/deploy.yml
`;

/** A role as people have one, and the play that hands it a host's variables. */
const ROLE = `- name: Back up
  ansible.builtin.command:
    argv: "{{ command + (restic_exclude | map('regex_replace', '^', '--exclude=') | list) + restic_backup_paths }}"
  vars:
    command: [restic, backup, --repo, "{{ restic_repository }}", --password-file, "{{ restic_password_file }}", --host, "{{ restic_host }}"]
`;
const PLAY = `- name: One job for the host
  hosts: metal1
  gather_facts: false
  tasks:
    - ansible.builtin.include_vars: { file: "/root/tree/ansible/vars/shared/{{ inventory_hostname }}.yml" }
    - ansible.builtin.include_role: { name: restic }
`;

/** What people have of their own: a playbook for the whole site, and a role for restic. */
describe('people’s own Ansible', () => {
  let machine: Machine;
  const play = async (options: string, playbook: string) =>
    machine.run(`cd / && ansible-playbook -c local ${options} ${playbook} 2>&1`, { allowFail: true });

  beforeAll(async () => {
    machine = await boot('ansible', 'metal1');
    const project = makeProject({
      'stowage.yml': POLICY,
      'services/ledger.yml': contract('ledger'),
      'services/other.yml': contract('other'),
    });
    await render(project);
    await machine.copy(project.rendered, '/root/tree');
    await machine.write('/root/site/site.yml', SITE);
    await machine.write('/etc/restic/password', 'a password\n', '600');
    await machine.run(
      'mkdir -p /srv/ledger /srv/other; touch /srv/ledger/kept /srv/ledger/a.log /srv/other/kept',
    );
  });

  afterAll(async () => machine.stop());

  test.each([['-i elsewhere,'], ['-i metal1,elsewhere, --limit elsewhere'], ['-i /dev/null']])(
    'a playbook that would install nothing fails: %s',
    async (options) => {
      const refused = await play(options, '/root/site/site.yml');
      expect(refused.code).not.toBe(0);
      expect(refused.stdout).toContain('None of the hosts of the policy is in the inventory');
    },
  );

  test('a playbook of one’s own takes ours in', async () => {
    const installed = await play('-i metal1,elsewhere,', '/root/site/site.yml');
    expect(installed.code).toBe(0);
    expect(installed.stdout).toMatch(/^metal1 .*changed=[1-9]/m);
    expect(installed.stdout).not.toMatch(/^elsewhere /m);
    await machine.run('systemctl is-enabled stowage-lab-backup-ledger.timer');
  });

  test('one job of a role of one’s own backs the whole host up', async () => {
    const restic = 'restic --no-cache --repo /srv/own --password-file /etc/restic/password';
    await machine.run(`${restic} init`);
    await machine.write('/root/roles/restic/tasks/main.yml', ROLE);
    await machine.write('/root/role.yml', PLAY);
    const played = await play('-i metal1, -e restic_repository=/srv/own', '/root/role.yml');
    expect(played.stdout).toMatch(/^metal1 .*failed=0/m);
    const listed = (await machine.run(`${restic} ls --host metal1 latest`)).stdout.split('\n');
    expect(listed).toEqual(expect.arrayContaining(['/srv/ledger/kept', '/srv/other/kept']));
    expect(listed).not.toContain('/srv/ledger/a.log');
    await machine.run('! test -e /root/escaped');
  });
});
