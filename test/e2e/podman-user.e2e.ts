import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { differences, makeData, manifest, type Manifest } from './lib/data.js';
import { EARLY_ENDS, endEarly, expectNothingLeft } from './lib/end-early.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';
import { restoreCommands, volumeCommands } from './lib/runbook.js';
import { interrupted } from './lib/terminal.js';
import { whileLocked } from './lib/locked.js';
import { queued, shown, timers } from './lib/units.js';
import { HOME, importImage, LOGIN, makeUser, asUser as runAsUser } from './lib/rootless.js';

/** Half a day away: no timer fires by itself while the scenario runs. */
const HOUR = (new Date().getUTCHours() + 12) % 24;
const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  nas:
    url: /srv/restic
    environment_file: /etc/restic/nas.env
    maintenance: { host: backup1 }
defaults: { schedule: "40 ${HOUR} * * *", timezone: UTC, spread: 0m, timeout: 3h }
deployments: [{ runtime: podman, host: web1, services: ['*'] }]
runtimes: { podman: { image: "localhost/restic:test", user: media } }
`;

const APP = `service_id: app
quadlet_scope: user
runtime_templates: { podman: p }
service_volumes:
  - { name: data, source: app-data, target: /data }
  - { name: photos, host_path: "/srv/photos/Ü,%h", target: /photos }
mounts:
  persistent_volumes:
    - { name: data, path: /data }
    - { name: uploads, path: /data/deep }
    - { name: photos, path: /photos }
backup: { exclude: ["it's $HOME %h"] }
`;

const OTHER = `service_id: other
quadlet_scope: user
runtime_templates: { podman: p }
mounts: { persistent_volumes: [{ name: more, path: /more }] }
`;

const DATA = `${HOME}/.local/share/containers/storage/volumes/systemd-app-data/_data`;
const PHOTOS = '/srv/photos/Ü,%h';
const LIBRARY = '.local/lib/stowage/lab';

interface Snapshot {
  readonly tags: readonly string[];
  readonly paths: readonly string[];
  readonly hostname: string;
  readonly id: string;
  readonly parent?: string;
}

describe('rootless Podman', () => {
  let machine: Machine;
  let before: Manifest;
  let page: string;

  const asUser = (command: string, allowFail = false) => runAsUser(machine, command, allowFail);
  const snapshots = async (service: string) =>
    JSON.parse(
      (await asUser(`${LIBRARY}/restic-nas.sh snapshots --json --tag service:${service}`)).stdout,
    ) as Snapshot[];
  async function backUp(service: string): Promise<{ ok: boolean; journal: string }> {
    const unit = `stowage-lab-backup-${service}.service`;
    const { code } = await asUser(`systemctl --user reset-failed; systemctl --user start ${unit}`, true);
    const journal = await machine.run('journalctl --sync; journalctl --output=cat --lines=40');
    return { ok: code === 0, journal: journal.stdout };
  }

  beforeAll(async () => {
    machine = await boot('rootless', 'web1', { disks: ['/home'] });
    await makeUser(machine);
    await machine.run(
      `install -d -o media /srv/restic "${PHOTOS}"; echo picture > "${PHOTOS}/one"; chown -R media: /srv/photos`,
    );
    const project = makeProject({
      'stowage.yml': POLICY,
      'services/app.yml': APP,
      'services/other.yml': OTHER,
    });
    await render(project);
    page = readFileSync(path.join(project.rendered, 'runbooks/app.md'), 'utf8');
    await machine.copy(`${project.rendered}/hosts/web1/user`, '/opt/user');
  }, 180_000);

  afterAll(async () => machine.stop());

  test('the installer says how to make the user’s systemd run', async () => {
    const { code, stderr } = await machine.run([...LOGIN, '/opt/user/install.sh'], { allowFail: true });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('sudo loginctl enable-linger media'),
    });
    expect((await machine.run('/opt/user/install.sh', { allowFail: true })).stderr).toContain('not as root');
  });

  test('the installer installs, says what is missing, and changes nothing the second time', async () => {
    await machine.run(
      // logind asks for the caller's unit, and what this suite runs has none.
      'systemd-run --quiet --wait loginctl enable-linger media; until [ -S /run/user/1000/bus ]; do sleep 0.05; done',
      { timeout: 30 },
    );
    expect((await asUser('/opt/user/install.sh --dry-run')).stdout).toContain(
      'enable stowage-lab-backup-app.timer',
    );
    expect((await asUser('ls -A')).stdout).not.toContain('.local');
    const first = (await asUser('/opt/user/install.sh')).stdout;
    expect(first).toContain(
      `NOTE: the jobs fail until this file exists: ${HOME}/.config/restic/lab/nas.password`,
    );
    expect(first).not.toContain('linger');
    expect((await asUser('/opt/user/install.sh')).stdout).not.toMatch(/install |enable |remove /);
    const active = await asUser(
      'systemctl --user is-active stowage-lab-backup-app.timer stowage-lab-backup-other.timer',
    );
    expect(active.stdout).toBe('active\nactive\n');
    const calendar = `*-*-* ${String(HOUR).padStart(2, '0')}:40:00 UTC`;
    expect(await timers(machine, 'user')).toEqual({
      'stowage-lab-backup-app.timer': [queued('backup-app'), calendar],
      'stowage-lab-backup-other.timer': [queued('backup-other'), calendar],
    });
    expect(await shown(machine, 'stowage-lab-backup-app.service', 'user')).toMatchObject({
      ...{
        Type: 'oneshot',
        OnFailure: 'stowage-lab-failure@stowage-lab-backup-app.service',
        SuccessExitStatus: '',
      },
      ...{ TimeoutStartUSec: '4h', TimeoutStopUSec: '2min', KillSignal: '2', CacheDirectory: 'stowage' },
    });
    await asUser('systemctl --user stop "stowage-*.timer"');
  });

  test('a missing volume fails the job and is not made', async () => {
    await importImage(machine);
    await asUser(`echo 'a password' > .config/restic/lab/nas.password; echo A=b > .config/restic/lab/nas.env
      mkdir -p .config/stowage/on-failure.d; printf '#!/bin/sh\\ncat >~/words; echo "$1" >>~/told\\n' > .config/stowage/on-failure.d/tell
      chmod +x .config/stowage/on-failure.d/tell; systemctl --user set-environment STOWAGE_KNOCK_PAUSE=0; ${LIBRARY}/restic-nas.sh init`);
    // On a busy machine the journal reads words whose speaker is gone already.
    await machine.run('systemctl kill --signal=STOP systemd-journald');
    await asUser('systemctl --user start stowage-lab-backup-app.service', true);
    await machine.run('systemctl kill --signal=CONT systemd-journald');
    expect((await asUser('until [ -s told ]; do sleep 0.05; done; cat told')).stdout).toBe(
      'stowage-lab-backup-app\n',
    );
    const told = await machine.run('journalctl --sync; journalctl --output=cat');
    expect(told.stdout).toContain("podman does not know the volume 'systemd-app-data'");
    expect(told.stdout).toContain('stowage: stowage-lab-backup-app failed');
    expect((await asUser('podman volume ls --quiet')).stdout).toBe('');
    expect((await asUser('cat words')).stdout).toContain(
      "podman does not know the volume 'systemd-app-data'",
    );
  });

  test('the command that the installer ends with tests the alarm', async () => {
    const { stdout } = await asUser('/opt/user/install.sh');
    const [, command = ''] = /To test the alarm: (.*)\n/.exec(stdout) ?? [];
    await asUser(command);
    expect((await asUser('cat words; tail -n 1 told')).stdout).toBe(
      'This is a test of the alarm: no job has failed.\ntest\n',
    );
    await asUser('rm told');
  });

  test('an empty volume fails the job', async () => {
    await asUser('podman volume create systemd-other && podman volume create systemd-more');
    const { ok, journal } = await backUp('other');
    expect({ ok, journal }).toEqual({ ok: false, journal: expect.stringContaining('is empty') });
  });

  test('every volume is in the snapshot with the owners that the workload sees', async () => {
    await asUser('podman volume create systemd-app-data');
    await makeData(machine, '/srv/data');
    // As a container that runs as root writes it: owners are those of its namespace.
    await machine.run(
      'tar --format=posix --xattrs --acls -S -C /srv/data -cf /opt/data.tar .; chmod 644 /opt/data.tar',
    );
    await asUser(
      `podman unshare tar --xattrs --xattrs-include='*' --acls -x -p --same-owner --numeric-owner -f /opt/data.tar -C ${DATA}`,
    );
    expect((await machine.run(`stat -c %u ${DATA}/plain`)).stdout).toBe('101233\n');
    before = await manifest(machine, DATA);
    await machine.write(`${PHOTOS}/it's $HOME %h`, 'left out');

    expect(await backUp('app')).toMatchObject({ ok: true });
    expect((await snapshots('app')).map(({ hostname, tags, paths }) => ({ hostname, tags, paths }))).toEqual([
      {
        hostname: 'app',
        tags: ['service:app'],
        paths: ['/backup/app/data', '/backup/app/photos', '/backup/app/uploads'],
      },
    ]);
    // Another runtime: root of the host restores it as it is in the container.
    await machine.run(
      `RESTIC_PASSWORD_FILE=${HOME}/.config/restic/lab/nas.password restic -r /srv/restic restore latest --include /backup/app/data --target /srv/elsewhere --sparse`,
    );
    const original = await manifest(machine, '/srv/data');
    expect(differences(original, await manifest(machine, '/srv/elsewhere/backup/app/data'))).toEqual([]);
  });

  test('what its contract leaves out is left out', async () => {
    const saved = (await asUser(`${LIBRARY}/restic-nas.sh ls latest --tag service:app`)).stdout;
    expect(saved).toContain('/backup/app/photos/one\n');
    expect(saved).not.toContain('%h');
  });

  test('the job can neither write its sources nor reach a network', async () => {
    const generated = await asUser('systemctl --user cat stowage-lab-backup-app.service');
    const [run = ''] = /^ExecStart=.*$/m.exec(generated.stdout) ?? [];
    expect(run).toMatch(/--cap-drop all --cap-add cap_dac_read_search --read-only/);
    for (const option of ['--network none', '--security-opt no-new-privileges']) {
      expect(run.replaceAll('=', ' ')).toContain(option);
    }
    // The container of the job, told to write where it reads.
    const writes = 'restore latest:/backup/app/photos --target /backup/app/photos --overwrite always';
    const probe = run.replace(
      / \/run\/stowage\/backup\.sh (--repo=\S+) .*/,
      ` -c "exec restic $1 ${writes}"`,
    );
    const unit = `${HOME}/.config/systemd/user/probe.service`;
    await machine.write(unit, `[Service]\nType=oneshot\n${probe}\n`);
    await asUser('systemctl --user daemon-reload');
    await asUser('touch -d 2001-01-01 /srv/photos/*/one; systemctl --user start probe.service', true);
    const said = await machine.run('journalctl --sync; journalctl --output=cat --lines=30');
    await machine.run(['rm', unit]);
    await asUser('systemctl --user daemon-reload');
    expect(said.stdout).toContain('read-only file system');
  });

  test('it waits while another job has the repository for itself, and finds its last snapshot again', async () => {
    const journal = await whileLocked(
      machine,
      '/srv/restic',
      async () => {
        await asUser('systemctl --user start --no-block stowage-lab-backup-app.service');
        return machine.run(
          "until journalctl --sync && journalctl -o cat | grep 'locked, waiting'; do sleep 0.1; done",
          { timeout: 20 },
        );
      },
      `${HOME}/.config/restic/lab/nas.password`,
    );
    await asUser('systemctl --user stop stowage-lab-backup-app.service');
    expect(journal.stdout).toContain('waiting up to 1h');
    // A volume that came or went.
    await asUser(`${LIBRARY}/restic-nas.sh backup --host app --tag service:app /etc`, true);
    const other = (await snapshots('app')).at(-1);
    expect(await backUp('app')).toMatchObject({ ok: true });
    expect((await snapshots('app')).at(-1)).toMatchObject({ parent: other?.id });
  });

  test.each(EARLY_ENDS)('a job that %s leaves no lock and no process', async (how) => {
    const unit = 'stowage-lab-backup-app.service';
    const signal = (name: string) => `systemctl --user kill --kill-whom=all --signal=${name} ${unit}`;
    await machine.run([
      'sh',
      '-euc',
      'head -c 100M /dev/urandom >"$1"/big; chown media "$1"/big',
      'sh',
      PHOTOS,
    ]);
    await asUser(`systemctl --user reset-failed; systemctl --user start --no-block ${unit}
      until [ -n "$(find /srv/restic/locks -type f)" ]; do sleep 0.005; done; ${signal('STOP')}`);
    await endEarly(asUser, unit, how, signal('CONT'), {
      systemctl: 'systemctl --user',
      folder: `${HOME}/.config/systemd/user`,
    });
    await expectNothingLeft(machine, '/srv/restic');
    await machine.run(['rm', `${PHOTOS}/big`]);
  });

  test('everything has the environment of the policy', async () => {
    await asUser('echo RESTIC_COMPRESSION=nonsense >.config/restic/lab/nas.env');
    expect((await backUp('app')).ok).toBe(false);
    for (const command of [
      'restic-nas.sh snapshots',
      'restore-nas.sh latest /backup/app/photos aside/here',
    ]) {
      expect((await asUser(`${LIBRARY}/${command} 2>&1`, true)).stdout).toContain('invalid compression mode');
    }
    await asUser('echo A=b >.config/restic/lab/nas.env');
  });

  test('by the runbook a volume that is gone comes back, every byte and owner', async () => {
    // The workload says where it was stopped and started.
    const says = (what: string) =>
      `/bin/sh -c "podman volume exists systemd-app-data && echo ${what} >>~/workload || echo ${what} empty >>~/workload"`;
    await machine.write(
      `${HOME}/.config/systemd/user/app.service`,
      `[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=${says('start')}\nExecStop=${says('stop')}\n`,
    );
    await asUser(
      'systemctl --user daemon-reload; systemctl --user start app.service; podman volume rm systemd-app-data',
    );
    await machine.run(`rm ${PHOTOS}/one`);
    await asUser(`set -eu\n${restoreCommands(page, 'podman (rootless) on web1')}`);
    expect(await machine.read(`${HOME}/workload`)).toBe('start\nstop empty\nstart\n');
    await machine.run(`rm ${HOME}/.config/systemd/user/app.service`);
    expect(await machine.read(`${PHOTOS}/one`)).toBe('picture\n');
    expect(differences(before, await manifest(machine, DATA))).toEqual([]);
  });

  test('aside gives a copy, a second time too, whoever owns the first', async () => {
    const aside = restoreCommands(page, 'podman (rootless) on web1', /^Restore aside$/);
    for (let time = 0; time < 2; time += 1) await asUser(`set -eu\n${aside}`);
    expect(await machine.read(`${HOME}/stowage-restore/lab/app/photos/one`)).toBe('picture\n');
    expect(differences(before, await manifest(machine, `${HOME}/stowage-restore/lab/app/data`))).toEqual([]);
  });

  test('a restore deletes nothing; what the snapshot does not have is shown, then deleted', async () => {
    const place = 'podman (rootless) on web1';
    const step = async (heading: string) =>
      (await asUser(`set -eu\n${volumeCommands(page, place, heading, 'photos')}`)).stdout;
    await machine.run([
      'sh',
      '-euc',
      `cd "$1"; mkdir new; touch new/file "it's \\$HOME %h"; chown -R 100099:100099 new`,
      'sh',
      PHOTOS,
    ]);
    await step('Restore in place');
    expect(await step('Show what is there besides')).toBe('new/file\nnew\n');
    await step('Delete what was shown');
    expect((await machine.run(['ls', PHOTOS])).stdout).toBe("it's $HOME %h\none\n");
  });

  test('restic ends before the prompt is back, at Ctrl-C', async () => {
    await machine.run([
      'sh',
      '-euc',
      'head -c 3M /dev/urandom >"$1"/slow; chown media "$1"/slow',
      'sh',
      PHOTOS,
    ]);
    expect(await backUp('app')).toMatchObject({ ok: true });
    const restore = `exec ${LIBRARY}/restore-nas.sh latest /backup/app/photos aside/slow --limit-download 300`;
    const session = ['systemd-run', '--user', '--quiet', '--wait', '--pty', '--collect', '--'];
    const said = await interrupted(
      machine,
      [...LOGIN, ...session, 'sh', '-c', `'cd; ${restore}'`].join(' '),
      '[ -n "$(find /srv/restic/locks -type f)" ]',
      'echo "$(grep -lx restic /proc/[0-9]*/comm | wc -l) restic, $(find /srv/restic/locks -type f | wc -l) locks"',
    );
    expect(said).toBe('code 130\n0 restic, 0 locks');
  });

  test('what is no longer rendered is removed, and so is everything in the end', async () => {
    await machine.run(
      'rm /opt/user/containers/stowage-lab-backup-other.container /opt/user/systemd/stowage-lab-backup-other.timer',
    );
    const second = await asUser('/opt/user/install.sh');
    expect(second.stdout).toContain(
      'remove /home/media/.config/containers/systemd/stowage-lab-backup-other.container',
    );
    expect((await asUser('systemctl --user cat stowage-lab-backup-other.service', true)).code).not.toBe(0);
    await asUser('/opt/user/install.sh --uninstall');
    expect((await asUser('find .config .local/lib .local/state -type f -o -type l | sort')).stdout).toBe(
      '.config/restic/lab/nas.env\n.config/restic/lab/nas.password\n.config/stowage/on-failure.d/tell\n',
    );
  });
});
