import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { boot, type Machine } from './lib/machine.js';
import { nothingToDo } from './lib/nothing-to-do.js';
import { play as playOn, type PlayOptions } from './lib/playbook.js';
import { makeProject, render } from './lib/program.js';
import { asUser as runAsUser, HOME, importImage, makeUser } from './lib/rootless.js';
import { runByUserTimer } from './lib/timer.js';

const policy = (deployments: string, user: string) => `version: 1
project: lab
contracts: services/*.yml
repositories:
  nas: { url: /srv/restic, environment_file: /etc/restic/nas.env, maintenance: { host: backup1 } }
defaults: { spread: 0m }
deployments: [${deployments}]
runtimes: { podman: { image: "localhost/restic:test"${user} } }
`;
const ROOTLESS = '{ runtime: podman, host: pod1, services: [app, other] }';
const KNOWN = ', user: media';

const contract = (id: string) => `service_id: ${id}
quadlet_scope: user
runtime_templates: { podman: p, baremetal: b }
mounts: { persistent_volumes: [{ name: ${id}, path: /srv/${id} }] }
`;

const SECRETS = { stowage_lab_nas_password: 'a "password"', stowage_lab_nas_environment: 'A=1\nB=2 3\n' };
const VAULT = '-e @/opt/secrets.json';
const TREE = '/opt/tree';
const LIBRARY = '.local/lib/stowage/lab';

/** A line of a secret that no output may show. */
const SECRET_LINE = 'B=2 3';

/** Everything of ours below the user's home, and what the user's systemd makes of it. */
const STATE = `find .config .local/lib .local/state -printf '%p %y %m %u:%g %l\\n' -type f -exec sha256sum {} + 2>/dev/null | sort
  systemctl --user list-timers --all --no-legend 'stowage-*' | sed 's/.* stowage/stowage/' | sort`;

/** A host that has nothing but rootless jobs, and somebody who may become every user there but is none of them. */
describe('rootless jobs under Ansible', () => {
  let machine: Machine;
  const asUser = (command: string, allowFail = false) => runAsUser(machine, command, allowFail);
  const play = async (args = '', options: PlayOptions = {}) => playOn(machine, TREE, args, options);
  const state = async () => (await asUser(STATE)).stdout;
  const bring = async (deployments: string, user: string, services: readonly string[]) => {
    const project = makeProject({
      'stowage.yml': policy(deployments, user),
      ...Object.fromEntries(services.map((id) => [`services/${id}.yml`, contract(id)])),
    });
    await render(project);
    await machine.copy(project.rendered, TREE);
  };

  beforeAll(async () => {
    machine = await boot('ansible', 'pod1', { disks: ['/home'] });
    await makeUser(machine);
    await machine.run(`useradd --create-home --shell /bin/sh deploy
      echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy; install -d -o media /srv/restic`);
    await machine.write('/opt/secrets.json', JSON.stringify(SECRETS), '644');
  });

  afterAll(async () => machine.stop());

  test('a user whom nobody names is asked for, and one that does not exist is refused', async () => {
    await bring(ROOTLESS, '', ['app', 'other']);
    const unnamed = await play();
    expect(unnamed.stdout).toContain('NOT INSTALLED: the rootless jobs in hosts/pod1/user.');
    expect(unnamed.changed).toBe(0);
    const unknown = await play('-e stowage_rootless_user=nobody-here', { allowFail: true });
    expect(unknown.code).not.toBe(0);
    expect(unknown.stdout).toContain("need the user 'nobody-here', who is root or does not exist here");
  });

  test('on a fresh host, --check --diff tells everything and changes nothing', async () => {
    await bring(ROOTLESS, KNOWN, ['app', 'other']);
    const checked = await play(`--check --diff ${VAULT}`);
    expect(checked.stdout).toContain('+ExecStartPre=podman unshare');
    expect(checked.stdout).toContain('"stowage-lab-backup-app.timer"');
    expect(checked.stdout).not.toContain(SECRET_LINE);
    expect(checked.changed).toBeGreaterThan(5);
    const ours = '.config/restic .config/systemd .config/containers .local/lib .local/state';
    const found = await machine.run(
      `cd ${HOME} && ls -d ${ours} /var/lib/systemd/linger/media 2>/dev/null || true`,
    );
    expect(found.stdout).toBe('');
  });

  test('somebody who is neither root nor the user installs all', async () => {
    const first = await play(`--diff ${VAULT}`, { user: 'deploy' });
    expect(first.stdout + first.stderr).not.toContain(SECRET_LINE);
    expect(first.stdout).not.toContain('The jobs fail until');
    const secrets = await asUser(
      'cat .config/restic/lab/nas.password; stat -c "%a %U:%G" .config/restic/lab .config/restic/lab/*',
    );
    expect(secrets.stdout).toBe(
      `${SECRETS.stowage_lab_nas_password}700 media:media\n600 media:media\n600 media:media\n`,
    );
    expect((await machine.run('loginctl show-user media --property=Linger --value')).stdout).toBe('yes\n');
    const timers = 'stowage-lab-backup-app.timer stowage-lab-backup-other.timer';
    await asUser(`systemctl --user is-active ${timers} && systemctl --user is-enabled ${timers}`);
  });

  test('the second time changes nothing, and root has nothing of it', async () => {
    expect((await play(`--diff ${VAULT}`, { user: 'deploy' })).changed).toBe(0);
    await machine.run('! test -e /usr/local/lib/stowage && ! test -e /var/lib/stowage');
  });

  test('install.sh after the playbook changes nothing, and the other way round', async () => {
    const before = await state();
    expect(before).toContain('.local/state/stowage/lab/installed/pod1-user f 600 media:media');
    const install = `${TREE}/hosts/pod1/user/install.sh`;
    expect((await asUser(install)).stdout).toBe(nothingToDo('pod1-user', { hook: false, user: HOME }));
    expect(await state()).toBe(before);
    await asUser(`${install} --uninstall && ${install}`);
    expect((await play()).changed).toBe(0);
    expect(await state()).toBe(before);
  });

  test('the timer of the user makes a snapshot', async () => {
    await importImage(machine);
    await asUser(`${LIBRARY}/restic-nas.sh init && podman volume create systemd-app`);
    await asUser('echo data >.local/share/containers/storage/volumes/systemd-app/_data/file');
    await runByUserTimer(machine, 'stowage-lab-backup-app');
    const { stdout } = await asUser(`${LIBRARY}/restic-nas.sh snapshots --json`);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ hostname: 'app', tags: ['service:app'], paths: ['/backup/app/app'] }),
    ]);
  });

  test('a service that left takes its units with it; what was edited is put right', async () => {
    await bring(ROOTLESS.replace(', other', ''), KNOWN, ['app']);
    await asUser(`echo mine >${LIBRARY}/mine.sh; echo >>.config/systemd/user/stowage-lab-backup-app.timer
      chmod 644 ${LIBRARY}/report-failure.sh; systemctl --user disable --now stowage-lab-backup-app.timer`);
    const before = await state();
    const checked = await play('--check --diff');
    expect(checked.stdout).toContain('stowage-lab-backup-other.container');
    expect(await state()).toBe(before);
    await play('', { user: 'deploy' });
    const after = await state();
    expect(after).not.toContain('other');
    expect(after).toContain('mine.sh');
    expect((await asUser('systemctl --user cat stowage-lab-backup-other.service', true)).code).not.toBe(0);
    await asUser('systemctl --user is-active stowage-lab-backup-app.timer');
    expect((await asUser(`${TREE}/hosts/pod1/user/install.sh`)).stdout).toBe(
      nothingToDo('pod1-user', { hook: false, user: HOME }),
    );
    expect(await state()).toBe(after);
  });

  test('a container of which Quadlet makes nothing fails the play', async () => {
    const container = `${TREE}/hosts/pod1/user/containers/stowage-lab-backup-app.container`;
    await machine.run(
      `cp ${container} /opt/kept; echo Nonsense=1 | sed -i '/^Image=/r /dev/stdin' ${container}`,
    );
    const refused = await play('', { allowFail: true });
    await machine.run(`mv /opt/kept ${container}`);
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('The host has no unit stowage-lab-backup-app.service;');
  });

  test('when the last rootless service has moved to the host itself, nothing of it is left', async () => {
    await bring('{ runtime: baremetal, host: pod1, services: [app] }', KNOWN, ['app']);
    await machine.run('install -d /srv/app');
    await play(VAULT);
    await machine.run('systemctl is-active stowage-lab-backup-app.timer');
    expect((await asUser('find .config .local/lib .local/state -type f -o -type l | sort')).stdout).toBe(
      `.config/restic/lab/nas.env\n.config/restic/lab/nas.password\n${LIBRARY}/mine.sh\n`,
    );
    expect((await play()).changed).toBe(0);
  });
});
