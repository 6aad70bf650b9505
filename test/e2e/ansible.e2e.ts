import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY, AWAY_CALENDAR, AWAY_CRON } from './lib/away.js';
import { boot, type Machine } from './lib/machine.js';
import { nothingToDo } from './lib/nothing-to-do.js';
import { play as playOn, type PlayOptions } from './lib/playbook.js';
import { makeProject, render, type Project } from './lib/program.js';
import { HOME, LOGIN, makeUser } from './lib/rootless.js';

/** What Ansible would run, if it took it for an expression. */
const HOSTILE = [
  "{{ lookup('pipe', 'touch /root/escaped') }}",
  '{% if true %}gone{% endif %}',
  'it\'s "quoted"',
];

const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  main.repo:
    url: /srv/restic
    password_file: /etc/restic/password
    environment_file: /etc/restic/main.env
    maintenance: { host: metal1 }
defaults: { schedule: ${AWAY}, timezone: UTC, spread: 0m, timeout: 3h, retention: { keep_last: 2 }, exclude: ${JSON.stringify(HOSTILE)} }
deployments: [{ runtime: baremetal, host: metal1, services: ['*'] }]
`;

const contract = (id: string) => `service_id: ${id}
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: data, path: /srv/${id} }] }
`;

/** Values that careless templating would change: an expression of Python, a mapping, several lines. */
const SECRETS = {
  stowage_lab_main_repo_password: '{"a": [1]}',
  stowage_lab_main_repo_environment: 'A=1\nB=2 "3\n',
};

/** Options that bring the secrets. */
const VAULT = '-e @/root/secrets.json --vault-password-file /root/vault-password';

const TREE = '/root/tree';
const LIST = '/var/lib/stowage/lab/installed/metal1';

/** Everything of ours on a machine, but not what the secrets and the data are. */
const STATE = `cd / && { find etc/systemd/system etc/sysusers.d etc/tmpfiles.d usr/local/lib/stowage var/lib/stowage etc/stowage \
  -printf '%p %y %m %u:%g %l\\n' -type f -exec sha256sum {} + 2>/dev/null; getent passwd restic; \
  systemctl list-timers --all --no-legend 'stowage-*' | sed 's/.* stowage/stowage/'; } | sort`;

/** A host that Ansible installs, as someone with a fleet would; the controller is the host itself. */
describe('a host under Ansible', () => {
  let machine: Machine;
  let project: Project;
  const files = (...services: string[]) => ({
    'stowage.yml': POLICY,
    ...Object.fromEntries(services.map((id) => [`services/${id}.yml`, contract(id)])),
  });
  const bring = async () => machine.copy(project.rendered, TREE);
  const play = async (args = '', options: PlayOptions = {}) => playOn(machine, TREE, args, options);
  const state = async () => (await machine.run(STATE)).stdout;

  beforeAll(async () => {
    machine = await boot('ansible', 'metal1');
    project = makeProject(files('ledger', 'other'));
    await render(project);
    await bring();
    await machine.run('mkdir -p /srv/ledger /srv/other');
    await machine.write('/root/secrets.json', JSON.stringify(SECRETS), '600');
    await machine.write('/root/vault-password', 'vault', '600');
    await machine.run('ansible-vault encrypt --vault-password-file /root/vault-password /root/secrets.json');
  });

  afterAll(async () => machine.stop());

  test('the linters at their strictest find nothing', async () => {
    await machine.run('cd /root/tree && ansible-lint --offline --strict --profile production ansible');
    await machine.run('cd /root/tree && yamllint --strict .');
  });

  test('a host that the policy does not have is refused', async () => {
    await machine.run('mv /root/tree/ansible/vars/hosts/metal1.yml /root/kept.yml');
    const refused = await play('', { allowFail: true });
    await machine.run('mv /root/kept.yml /root/tree/ansible/vars/hosts/metal1.yml');
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('The policy has no host of this name');
  });

  test('old engines are refused before anything changes', async () => {
    const before = await state();
    await machine.write('/usr/local/bin/restic', '#!/bin/sh\necho restic 0.16.4 compiled\n', '755');
    const refused = await play('', { allowFail: true });
    await machine.run('rm /usr/local/bin/restic');
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('These jobs need restic 0.17.0 or later; found: restic 0.16.4');
    await machine.write('/usr/local/bin/systemctl', '#!/bin/sh\necho systemd 249\n', '755');
    const refusedToo = await play('', { allowFail: true });
    await machine.run('rm /usr/local/bin/systemctl');
    expect(refusedToo.code).not.toBe(0);
    expect(refusedToo.stdout).toContain('These jobs need systemd 250 or later; found: 249');
    expect(await state()).toBe(before);
  });

  test('on a fresh host, --check --diff tells everything and changes nothing', async () => {
    const before = await state();
    const checked = await play(`--check --diff ${VAULT}`);
    expect(checked.changed).toBeGreaterThan(5);
    expect(checked.stdout).toContain('+ExecStart=/usr/local/lib/stowage/lab/backup.sh');
    expect(checked.stdout).toContain('stowage-lab-backup-ledger.timer');
    expect(checked.stdout).not.toContain('B=2 "3');
    expect(await state()).toBe(before);
    await machine.run('! test -e /etc/restic');
  });

  test('deploying installs all', async () => {
    const first = await play(`--diff ${VAULT}`);
    expect(first.stdout + first.stderr).not.toContain('B=2 "3');
    expect(first.stdout).not.toContain('The jobs fail until');
    expect(await machine.read('/etc/restic/password')).toBe(SECRETS.stowage_lab_main_repo_password);
    expect(await machine.read('/etc/restic/main.env')).toBe(SECRETS.stowage_lab_main_repo_environment);
    expect((await machine.run('stat -c "%a %U" /etc/restic /etc/restic/*')).stdout).toBe(
      '700 root\n600 root\n600 root\n',
    );
    const timers = 'backup-ledger backup-other check-main.repo forget-main.repo prune-main.repo'.split(' ');
    for (const timer of timers) {
      await machine.run(
        `systemctl is-active stowage-lab-${timer}.timer && systemctl is-enabled stowage-lab-${timer}.timer`,
      );
    }
  });

  test('the second time changes nothing, and the jobs work', async () => {
    expect((await play(`--diff ${VAULT}`)).changed).toBe(0);
    expect((await play('--check --diff')).changed).toBe(0);
    await machine.run('/usr/local/lib/stowage/lab/restic-main.repo.sh init');
    await machine.run('echo data >/srv/ledger/file; systemctl start stowage-lab-backup-ledger.service');
  });

  test('install.sh after the playbook changes nothing, and the other way round', async () => {
    const before = await state();
    const installed = await machine.run('/root/tree/hosts/metal1/install.sh');
    expect(installed.stdout).toBe(nothingToDo('metal1', { hook: false }));
    expect(await state()).toBe(before);
    await machine.run('/root/tree/hosts/metal1/install.sh --uninstall');
    await machine.run('/root/tree/hosts/metal1/install.sh');
    expect((await play()).changed).toBe(0);
    // What a job noted for its next run is gone with it.
    expect(await state()).toBe(before.replace(/^.*\bvar\/lib\/stowage\/lab\/jobs\b.*\n/gm, ''));
  });

  test('an environment that Podman would read differently is refused, given or there, and nothing changes', async () => {
    const before = await state();
    const given = JSON.stringify({ stowage_lab_main_repo_environment: 'A=1\n\nB="2 3"\n' });
    const refused = await play(`-vv -e '${given}'`, { allowFail: true });
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('the environment:3: a quote at the beginning of the value');
    expect(refused.stdout + refused.stderr).not.toContain('2 3');
    await machine.run(
      'cp -p /etc/restic/main.env /root/main.env; echo "export B=2 3" >>/etc/restic/main.env',
    );
    const there = await play('-vv', { allowFail: true });
    const installed = await machine.run('/root/tree/hosts/metal1/install.sh', { allowFail: true });
    await machine.run('mv /root/main.env /etc/restic/main.env');
    expect(there.code).not.toBe(0);
    expect(there.stdout).toContain('/etc/restic/main.env:3: no `export` before the name');
    expect(there.stdout + there.stderr).not.toContain('2 3');
    expect(installed).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('/etc/restic/main.env:3: no `export` before the name'),
    });
    expect(await state()).toBe(before);
  });

  test('without a variable a secret stays as it is, or is missed; an empty one is refused', async () => {
    const empty = await play('-e stowage_lab_main_repo_password=', { allowFail: true });
    expect(empty.stdout).toContain('The variable stowage_lab_main_repo_password is empty');
    await machine.run('mv /etc/restic/main.env /root/main.env');
    const missed = await play();
    await machine.run('mv /root/main.env /etc/restic/main.env');
    expect(missed.stdout).toContain('The jobs fail until these files exist: /etc/restic/main.env');
    expect(missed.changed).toBe(0);
    expect(await machine.read('/etc/restic/password')).toBe(SECRETS.stowage_lab_main_repo_password);
  });

  test('a stopped or edited timer and an edited script are put right', async () => {
    const before = await state();
    await machine.run(
      [
        'systemctl --quiet disable --now stowage-lab-backup-ledger.timer',
        'sed -i s/OnCalendar=.*/OnCalendar=yearly/ /etc/systemd/system/stowage-lab-backup-other.timer',
        'chmod 644 /usr/local/lib/stowage/lab/forget.sh',
        'systemctl daemon-reload',
      ].join('\n'),
    );
    const repaired = await play();
    expect(repaired.changed).toBe(2); // the files, the timers
    expect(await state()).toBe(before);
    const next = 'systemctl show -P TimersCalendar stowage-lab-backup-other.timer';
    expect((await machine.run(next)).stdout).not.toContain('01-01');
  });

  test('a service that left takes its units and scripts with it, and nothing else', async () => {
    await machine.write('/usr/local/lib/stowage/lab/mine.sh', 'not from the tree\n');
    await machine.run(
      `printf '%s\\n' /etc/passwd /usr/local/lib/stowage/../../../../root/secrets.json >>${LIST}`,
    );
    project = makeProject(files('ledger'));
    await render(project);
    await bring();
    const before = await state();
    const checked = await play('--check --diff');
    expect(checked.stdout).toContain('stowage-lab-backup-other.timer');
    expect(await state()).toBe(before);
    await play();
    const after = await state();
    expect(after).not.toContain('other');
    expect(after).toContain('mine.sh');
    expect(await machine.read(LIST)).not.toContain('other');
    expect((await machine.run('ls /etc/systemd/system/timers.target.wants')).stdout).not.toContain('other');
    await machine.run('test -e /etc/passwd && test -e /root/secrets.json');
    await machine.run('systemctl is-active stowage-lab-backup-ledger.timer');
    expect((await play()).changed).toBe(0);
    expect((await machine.run('/root/tree/hosts/metal1/install.sh')).stdout).toBe(
      nothingToDo('metal1', { hook: false }),
    );
    expect(await state()).toBe(after);
  });

  test('a folder that another one shares keeps its files when the first is emptied', async () => {
    await machine.run(`sed -n '/backup-ledger/p' ${LIST} >/var/lib/stowage/lab/installed/another`);
    await machine.run('rm /root/tree/hosts/metal1/systemd/stowage-lab-backup-ledger.*');
    await play();
    await machine.run('test -e /etc/systemd/system/stowage-lab-backup-ledger.timer');
    await machine.run('rm /var/lib/stowage/lab/installed/another');
  });

  test('a folder that is not there removes no job', async () => {
    const before = await state();
    await machine.run('mv /root/tree/hosts/metal1 /root/tree/hosts/elsewhere');
    const refused = await play('', { allowFail: true });
    await machine.run('mv /root/tree/hosts/elsewhere /root/tree/hosts/metal1');
    expect(refused.stdout).toContain('There are no jobs to install in hosts/metal1');
    expect(await state()).toBe(before);
  });

  test('text of contracts and policy reaches Ansible as text', async () => {
    const vars = path.posix.join('/root/tree/ansible/vars/services/ledger.yml');
    const shown = await machine.run(
      `ANSIBLE_STDOUT_CALLBACK=ansible.builtin.minimal ansible localhost -m ansible.builtin.debug -a var=restic_exclude -e @${vars}`,
    );
    const json = shown.stdout.slice(shown.stdout.indexOf('{'));
    expect(JSON.parse(json)).toMatchObject({ restic_exclude: HOSTILE });
    // What a role of one's own gets, apart from Ansible's reading of it.
    const plain = `import json, sys, yaml
yaml.SafeLoader.add_constructor('!unsafe', lambda loader, node: loader.construct_scalar(node))
json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)`;
    const all = JSON.parse((await machine.run(['python3', '-c', plain, vars])).stdout) as unknown;
    expect(all).toEqual({
      ...{ restic_service: 'ledger', restic_host: 'ledger', restic_tags: ['service:ledger'] },
      ...{ restic_backup_paths: ['/srv/ledger'], restic_exclude: HOSTILE },
      ...{ restic_repository_name: 'main.repo', restic_repository: '/srv/restic' },
      ...{ restic_password_file: '/etc/restic/password', restic_environment_file: '/etc/restic/main.env' },
      ...{
        restic_schedule: AWAY_CRON,
        restic_on_calendar: [AWAY_CALENDAR],
        restic_timezone: 'UTC',
      },
      ...{ restic_retention: { keep_last: 2 }, restic_accept_incomplete: false },
      ...{ restic_timeout_minutes: 180, restic_retry_lock_minutes: 60 },
    });
    await machine.run('! test -e /root/escaped');
  });
});

const ROOTLESS_CONTRACT = `service_id: pod
quadlet_scope: user
runtime_templates: { podman: p }
mounts: { persistent_volumes: [{ name: data, path: /data }] }
`;

/** As much of Quadlet as a job that never runs needs. */
const QUADLET = `#!/bin/sh
for container in "$HOME"/.config/containers/systemd/*.container; do
  [ ! -e "$container" ] || echo '[Service]\nType=oneshot\nExecStart=true' >"$1/$(basename "$container" .container).service"
done
`;

/**
 * ansible-core 2.14 and systemd 252. This Debian's restic and Podman are too old, and no job runs here, so programs that
 * name a version are enough.
 */
describe('a host under the Ansible of Debian 12', () => {
  let machine: Machine;
  const play = async (args = '') => playOn(machine, TREE, args);
  /** A user's systemd is enough: there is no bus of the user's here. */
  const asUser = (command: string) => machine.run([...LOGIN, 'sh', '-c', command]);
  const bring = async (...services: string[]) => {
    const project = makeProject({
      // Another host has the maintenance: fewer files here, less time.
      'stowage.yml': POLICY.replace(
        /^deployments: .*/m,
        `deployments:
  - { runtime: baremetal, host: old1, services: [${services.join()}] }
  - { runtime: podman, host: old1, services: [pod] }
runtimes: { podman: { user: media } }`,
      ),
      'services/pod.yml': ROOTLESS_CONTRACT,
      ...Object.fromEntries(services.map((id) => [`services/${id}.yml`, contract(id)])),
    });
    await render(project);
    await machine.copy(project.rendered, TREE);
  };

  beforeAll(async () => {
    machine = await boot('ansibleOld', 'old1');
    await machine.run('mkdir -p /srv/ledger /srv/other');
    await bring('ledger', 'other');
    await makeUser(machine);
    await machine.write('/usr/local/bin/restic', '#!/bin/sh\necho restic 0.18.0 compiled\n', '755');
    await machine.write('/usr/local/bin/podman', '#!/bin/sh\necho podman version 4.10.0\n', '755');
    await machine.write('/usr/lib/systemd/user-generators/quadlet', QUADLET, '755');
    await machine.write('/root/secrets.json', JSON.stringify(SECRETS), '600');
  });

  afterAll(async () => machine.stop());

  test('the linter finds nothing; a dry run tells and changes nothing', async () => {
    expect((await machine.run('ansible --version')).stdout).toContain('core 2.14');
    await machine.run('cd /root/tree && ansible-lint --offline --strict --profile production ansible');
    const checked = await play('--check --diff -e @/root/secrets.json');
    expect(checked.changed).toBeGreaterThan(5);
    await machine.run(
      `! test -e /usr/local/lib/stowage && ! test -e /etc/restic && ! test -e ${HOME}/.config`,
    );
  });

  test('deploying installs all; the second time, and install.sh, change nothing', async () => {
    await play('-e @/root/secrets.json');
    expect(await machine.read('/etc/restic/password')).toBe(SECRETS.stowage_lab_main_repo_password);
    await machine.run('systemctl is-active stowage-lab-backup-other.timer');
    await asUser('systemctl --user is-active stowage-lab-backup-pod.timer');
    const password = `${HOME}/.config/restic/lab/main.repo.password`;
    expect((await machine.run(`stat -c "%a %U" ${password}`)).stdout).toBe('600 media\n');
    expect(await machine.read(password)).toBe(SECRETS.stowage_lab_main_repo_password);
    expect((await play('--diff -e @/root/secrets.json')).changed).toBe(0);
    expect((await machine.run('/root/tree/hosts/old1/install.sh')).stdout).toBe(
      nothingToDo('old1', { hook: false }),
    );
    await machine.run('cp -r /root/tree/hosts/old1/user /opt/user');
    expect((await asUser('/opt/user/install.sh')).stdout).toBe(
      nothingToDo('old1-user', { hook: false, user: HOME }),
    );
  });

  test('a service that left takes its units with it', async () => {
    await bring('ledger');
    await play();
    expect((await machine.run(STATE)).stdout).not.toContain('other');
    await asUser('systemctl --user is-active stowage-lab-backup-pod.timer');
    expect((await play()).changed).toBe(0);
  });

  test('text of contracts and policy reaches Ansible as text', async () => {
    const shown = await machine.run(
      'ansible localhost -m ansible.builtin.debug -a var=restic_exclude -e @/root/tree/ansible/vars/services/ledger.yml',
    );
    const json = shown.stdout.slice(shown.stdout.indexOf('{'));
    expect(JSON.parse(json)).toMatchObject({ restic_exclude: HOSTILE });
    await machine.run('! test -e /root/escaped');
  });
});
