import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';
import { runbookCommands } from './lib/runbook.js';

/** Half a day away: no timer fires by itself while the scenario runs. */
const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  ssh: { url: "sftp:store@localhost:ssh", environment_file: /etc/restic/ssh.env, maintenance: { host: way1 } }
  cloud: { url: "rclone:cloud:repo", maintenance: { host: way1 } }
defaults: { repository: ssh, schedule: ${AWAY}, spread: 0m, retention: { keep_last: 2 } }
deployments: [{ runtime: baremetal, host: way1, services: ["*"] }]
`;
const contract = (id: string, repository: string) => `service_id: ${id}
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: data, path: /srv/${id} }] }
backup: { repository: ${repository} }
`;
const LIBRARY = '/usr/local/lib/stowage/lab';
const KEYS = '/var/lib/restic/.ssh';

/** Lines that an installer or a check says are to be typed. */
function typed(said: string): string {
  return said
    .split('\n')
    .flatMap((line) => /^NOTE: {5}((?:install|runuser|ssh-keyscan) .*)$/.exec(line)?.[1] ?? [])
    .join('\n');
}

/** A host whose repositories other programs reach, and whose failures a mail server tells. */
describe('the way to the repository, and to people', () => {
  let machine: Machine;
  let rendered: string;
  const start = async (job: string) =>
    (
      await machine.run(`systemctl reset-failed; systemctl start stowage-lab-${job}.service`, {
        allowFail: true,
      })
    ).code === 0;
  const journal = async (job: string) =>
    (await machine.run(`journalctl --sync; journalctl -o cat -u stowage-lab-${job}.service`)).stdout;

  beforeAll(async () => {
    machine = await boot('ways', 'way1');
    const project = makeProject({
      'stowage.yml': POLICY,
      'services/wiki.yml': contract('wiki', 'ssh'),
      'services/photos.yml': contract('photos', 'cloud'),
    });
    await render(project);
    rendered = project.rendered;
    await machine.copy(path.join(rendered, 'hosts/way1'), '/root/way1');
    await machine.run(`mkdir -p /etc/restic /srv/wiki /srv/photos /srv/cloud /run/sshd
      echo text >/srv/wiki/page; echo picture >/srv/photos/one
      echo 'a password' >/etc/restic/password; echo A=b >/etc/restic/ssh.env
      useradd --create-home --shell /bin/sh store; ssh-keygen -A; systemctl start ssh
      # The person who installs has a way of her own, which must not hide that the jobs have none.
      ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519; ssh-keyscan localhost >/root/.ssh/known_hosts 2>/dev/null
      install -d -o store -m 700 /home/store/.ssh; install -o store -m 600 /root/.ssh/id_ed25519.pub /home/store/.ssh/authorized_keys
      mkdir -p /root/.config/rclone; printf '[cloud]\\ntype = webdav\\nurl = http://127.0.0.1:8081\\nvendor = other\\n' >/root/.config/rclone/rclone.conf
      systemd-run --quiet --unit=dav rclone serve webdav /srv/cloud --addr 127.0.0.1:8081`);
  });

  afterAll(async () => machine.stop());

  test('what the installer says is missing is what the jobs need', async () => {
    const first = await machine.run('/root/way1/install.sh', { timeout: 200 });
    expect(first.stdout).toMatch(/NOTE: repository ssh does not answer/);
    expect(first.stdout).toContain(`there is no key in ${KEYS}`);
    expect(first.stdout).toContain('/var/lib/restic/.config/rclone/rclone.conf is missing');
    expect(first.stdout).toMatch(/NOTE: nobody is told of failures/);
    const commands = typed(first.stdout).replace(/^runuser .* rclone config$/m, '');
    await machine.run(`set -ex\n${commands.replace(/^runuser .*ssh-keygen.*$/m, '')}`);
    const page = readFileSync(path.join(rendered, 'runbooks/repositories/ssh.md'), 'utf8');
    const asked = await machine.run(runbookCommands(page, 'Keys'), { timeout: 200 });
    expect(asked.stdout).toContain(
      `NOTE: repository ssh answers, and is not made yet: ${LIBRARY}/restic-ssh.sh init`,
    );
    await machine.run(`set -e; for name in ssh cloud; do ${LIBRARY}/restic-$name.sh init; done`);
    const second = await machine.run('/root/way1/install.sh', { timeout: 200 });
    expect(second.stdout).toContain('repository ssh answers\n');
    expect(second.stdout).toContain('repository cloud answers\n');
  }, 400_000);

  test('jobs and restores go the same way: root needs none, and nothing is left running', async () => {
    expect([await start('backup-wiki'), await start('backup-photos')]).toEqual([true, true]);
    for (const job of ['forget', 'prune', 'check'])
      expect([job, await start(`${job}-ssh`)]).toEqual([job, true]);
    await machine.run(
      'mv /root/.ssh /root/ssh.off; mv /root/.config /root/config.off; rm /srv/wiki/page /srv/photos/one',
    );
    for (const [name, service, file] of [
      ['ssh', 'wiki', 'page'],
      ['cloud', 'photos', 'one'],
    ] as const) {
      const what = `latest /backup/${service}/data /srv/${service} --host ${service} --tag service:${service}`;
      await machine.run(`${LIBRARY}/restore-${name}.sh ${what}`);
      expect(await machine.read(`/srv/${service}/${file}`)).toMatch(/text|picture/);
    }
    await machine.run('mv /root/ssh.off /root/.ssh; mv /root/config.off /root/.config');
    const left = await machine.run("ps -u restic -o args= | grep -v '^ps' || true");
    expect(left.stdout).toBe('');
  }, 200_000);

  test('rclone can save what it refreshes', async () => {
    await machine.write(
      '/usr/local/bin/rclone',
      '#!/bin/sh\n/usr/bin/rclone config update cloud token_was "$(id -un)" >/dev/null || exit\nexec /usr/bin/rclone "$@"\n',
      '755',
    );
    expect(await start('backup-photos')).toBe(true);
    await machine.run('rm /usr/local/bin/rclone');
    expect(await machine.read('/var/lib/restic/.config/rclone/rclone.conf')).toContain('token_was = restic');
  });

  test('a server that is not there yet is waited for, and nobody is alarmed', async () => {
    await machine.run('systemctl set-environment STOWAGE_KNOCK_PAUSE=3; systemctl stop ssh');
    await machine.run(`systemctl reset-failed; systemctl start --no-block stowage-lab-backup-wiki.service
      until journalctl --sync && journalctl -o cat -u stowage-lab-backup-wiki | grep -q 'knocking again'; do sleep 0.1; done
      systemctl start ssh
      while [ "$(systemctl show -P ActiveState stowage-lab-backup-wiki)" = activating ]; do sleep 0.1; done`);
    expect((await machine.run('systemctl show -P Result stowage-lab-backup-wiki')).stdout).toBe('success\n');
    const reports = await machine.run("journalctl -o cat | grep -c 'Starting stowage-lab-failure@' || true");
    expect(reports.stdout).toBe('0\n');
  });

  describe('a mail', () => {
    const hook = () => readFileSync(path.join(rendered, 'README.md'), 'utf8');
    const mails = async () => (await machine.run('cat /var/mail/root 2>/dev/null || true')).stdout;
    const arrives = async (subject: string) => {
      await machine.run(`until grep -qs '^Subject: ${subject}' /var/mail/root; do sleep 0.1; done`, {
        timeout: 30,
      });
      return mails();
    };

    beforeAll(async () => {
      await machine.run(`postconf -e 'inet_interfaces=loopback-only' 'mydestination=localhost,way1' 'myhostname=way1' 'myorigin=way1'
        postconf -e 'alias_maps=' 'alias_database='; systemctl start postfix; systemctl set-environment STOWAGE_KNOCK_PAUSE=0`);
    });

    test('by the hook that the index prints, through postfix: the test, then a failure with its last words', async () => {
      await machine.run(['sh', '-euc', runbookCommands(hook(), 'Who is told when a job fails')]);
      expect(await arrives('test failed on')).toContain('This is a test of the alarm: no job has failed.');
      await machine.run('mv /srv/wiki /srv/wiki.off');
      expect(await start('backup-wiki')).toBe(false);
      expect(await arrives('stowage-lab-backup-wiki failed on')).toContain(
        "the source '/srv/wiki' does not exist",
      );
      await machine.run('mv /srv/wiki.off /srv/wiki');
    });

    test('of a back end that does not answer: one, at the end', async () => {
      await machine.run('rm -f /var/mail/root; systemctl stop ssh');
      expect(await start('backup-wiki')).toBe(false);
      await arrives('stowage-lab-backup-wiki failed on');
      await machine.run('systemctl start ssh; sleep 1');
      expect((await mails()).match(/^Subject: /gm)).toHaveLength(1);
      expect(await journal('backup-wiki')).toContain('did not answer five times');
    });

    test('of maintenance, and of a timer that cannot run', async () => {
      await machine.run('mv /etc/restic/password /etc/restic/p');
      expect(await start('prune-cloud')).toBe(false);
      await machine.run('mv /etc/restic/p /etc/restic/password');
      await arrives('stowage-lab-prune-cloud failed on');
      // Machines of the suite have no alarm clock.
      await machine.run(`systemctl stop stowage-lab-backup-wiki.timer; mkdir /etc/systemd/system/stowage-lab-backup-wiki.timer.d
        printf '[Timer]\\nWakeSystem=yes\\n' >/etc/systemd/system/stowage-lab-backup-wiki.timer.d/wake.conf
        systemctl daemon-reload; ! systemctl start stowage-lab-backup-wiki.timer`);
      await arrives('stowage-lab-backup-wiki.timer failed on');
      await machine.run('rm -r /etc/systemd/system/stowage-lab-backup-wiki.timer.d; systemctl daemon-reload');
    });

    test('through msmtp, to a server that is there only for the second attempt', async () => {
      await machine.run('rm -f /var/mail/root; systemctl stop postfix');
      await machine.write(
        '/etc/msmtprc',
        'account default\nhost 127.0.0.1\nport 25\nfrom restic@way1\n',
        '600',
      );
      await machine.write(
        '/etc/stowage/on-failure.d/mail',
        '#!/bin/sh\n{ printf "To: root@way1\\nSubject: %s by msmtp\\n\\n" "$1"; cat; } | msmtp -t\n',
        '755',
      );
      await machine.run('mv /srv/wiki /srv/wiki.off');
      expect(await start('backup-wiki')).toBe(false);
      await machine.run(
        "until journalctl --sync && journalctl -o cat -u 'stowage-lab-failure@*' | grep -q 'on-failure.d/mail failed'; do sleep 0.1; done; systemctl start postfix",
        { timeout: 30 },
      );
      expect(await arrives('stowage-lab-backup-wiki by msmtp')).toContain('does not exist');
      await machine.run('mv /srv/wiki.off /srv/wiki');
      expect((await machine.run('ls -A /var/lib/stowage/lab/untold')).stdout).toBe('');
    });
  });
});
