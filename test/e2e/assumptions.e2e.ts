import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { boot, type Machine } from './lib/machine.js';

/**
 * What our units lean on that systemd's documentation leaves open, or says otherwise. When one of these fails on a
 * newer systemd, the templates need another look, not the test.
 */
const TOLD = '/var/lib/told';

/** Our failure hook in its smallest form: notes which unit it was started for. */
const TELL = `
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'touch "${TOLD}/$1"' sh %i
`;

/** Prints what a check that runs before the backup can see, and refuses when the view of the source is not there. */
const CHECK = `#!/bin/sh
echo "uid=$(id -u) credential=$(cat "$CREDENTIALS_DIRECTORY/password")"
[ -d /backup/app/data ] || { echo 'source is missing' >&2; exit 66; }
`;

const VIEW = 'TemporaryFileSystem=/backup:ro\nLoadCredential=password:/etc/restic/password';
const RESTIC_USER = `User=restic
AmbientCapabilities=CAP_DAC_READ_SEARCH
CapabilityBoundingSet=CAP_DAC_READ_SEARCH`;

describe('systemd', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await boot('base', 'assumptions');
    await machine.run(`useradd --system --home-dir /nonexistent restic; mkdir ${TOLD}`);
    await machine.write('/etc/restic/password', 'the password\n', '600');
    await machine.write('/opt/check', CHECK, '755');
    await machine.write('/etc/systemd/system/tell@.service', TELL);
  });

  afterAll(async () => machine.stop());

  /** Starts a oneshot service with the failure hook; `unit` goes into [Unit], the rest into [Service]. */
  async function start(name: string, service: string, unit = ''): Promise<{ ok: boolean; journal: string }> {
    const text = `[Unit]\nOnFailure=tell@%N.service\n${unit}\n[Service]\nType=oneshot\n${service}\n`;
    await machine.write(`/etc/systemd/system/${name}.service`, text);
    const started = await machine.run(`systemctl daemon-reload; systemctl start ${name}`, {
      allowFail: true,
    });
    const journal = await machine.run(`journalctl --sync; journalctl -u ${name} -o cat`);
    return { ok: started.code === 0, journal: journal.stdout };
  }

  /** Whether the hook was started for the unit. Starting it is queued before `systemctl start` returns. */
  async function isTold(name: string): Promise<boolean> {
    await machine.run(`while systemctl list-jobs | grep -q tell@; do sleep 0.02; done`);
    const told = await machine.run(
      `systemctl show -P ActiveState tell@${name} | grep -q activating && sleep 0.2; test -e ${TOLD}/${name}`,
      { allowFail: true },
    );
    return told.code === 0;
  }

  describe('a view of the source', () => {
    test.each([
      ['a space', '/srv/a  b', '"/srv/a  b"'],
      ['a colon', '/srv/a:b', '"/srv/a:b"'],
      ['a percent sign', '/srv/a%b', '"/srv/a%%b"'],
      ['a backslash', '/srv/a\\b', '"/srv/a\\\\b"'],
      ['a backslash before a letter', '/srv/a\\nb', '"/srv/a\\\\nb"'],
      ['a dollar sign', '/srv/${HOME}', '"/srv/${HOME}"'],
      ['letters beyond ASCII', '/srv/Ü漢', '"/srv/Ü漢"'],
      ['home', '/home/u/data', '"/home/u/data"'],
      ['root', '/root/data', '"/root/data"'],
      ['the private /tmp', '/tmp/data', '"/tmp/data"'],
      ['the hidden /backup', '/backup/data', '"/backup/data"'],
    ])('works with %s in its path', async (_what, source, written) => {
      await machine.run([
        'sh',
        '-euc',
        'mkdir -p -- "$1"; chmod 700 -- "$1"; echo seen > "$1/f"',
        'sh',
        source,
      ]);
      const sandbox = 'ProtectSystem=strict\nProtectHome=yes\nPrivateTmp=yes';
      const bind = `BindReadOnlyPaths=${written}:"/backup/app/data"`;
      const read = `ExecStart=/bin/sh -c 'cat /backup/app/data/f && ! touch /backup/app/data/x'`;
      const { ok, journal } = await start('view', [RESTIC_USER, VIEW, sandbox, bind, read].join('\n'));
      expect({ ok, journal }).toEqual({ ok: true, journal: expect.stringContaining('seen') });
    });

    test.each(['"', "'", '\t'])('cannot be made of a path that holds %j', async (character) => {
      const source = `/srv/quote${character}d`;
      await machine.run(['mkdir', '-p', '--', source]);
      const escaped = character === '\t' ? source : source.replace(character, `\\${character}`);
      const bind = `BindReadOnlyPaths="${escaped}":/backup/app/data`;
      const { ok, journal } = await start('refused', [VIEW, bind, 'ExecStart=/bin/true'].join('\n'));
      expect({ ok, journal }).toEqual({
        ok: false,
        journal: expect.stringContaining('Failed to deserialize'),
      });
    });
  });

  describe('a check before the backup', () => {
    const check = (prefix: string, bind: string, user: string): string =>
      [user, VIEW, bind, `ExecStartPre=${prefix}/opt/check`, 'ExecStart=/bin/true'].join('\n');
    const required = 'BindReadOnlyPaths=/srv/nowhere:/backup/app/data';

    test('with "+" is root and reads the credentials', async () => {
      await machine.run('mkdir -p /srv/here');
      const { ok, journal } = await start(
        'plus',
        check('+', required.replace('nowhere', 'here'), RESTIC_USER),
      );
      expect({ ok, journal }).toEqual({
        ok: true,
        journal: expect.stringContaining('uid=0 credential=the password'),
      });
    });

    test.each(['+', ''])('with prefix "%s" never runs when a view is missing', async (prefix) => {
      const { ok, journal } = await start('missing-view', check(prefix, required, RESTIC_USER));
      expect(ok).toBe(false);
      expect(journal).toContain('226/NAMESPACE');
      expect(journal).not.toContain('source is missing');
    });
  });

  describe('the failure hook', () => {
    const run = 'ExecStart=/bin/true';
    test.each([
      ['a failing check', 'check', 'ExecStartPre=/bin/false\n' + run, ''],
      ['a missing view', 'view-gone', 'BindReadOnlyPaths=/srv/nowhere:/backup/app/data\n' + run, ''],
      ['a missing credential', 'credential-gone', 'LoadCredential=x:/nowhere\n' + run, ''],
      ['a missing environment file', 'environment-gone', 'EnvironmentFile=/nowhere\n' + run, ''],
      ['a missing user', 'user-gone', 'User=nobody-we-know\n' + run, ''],
      ['a missing program', 'program-gone', 'ExecStart=/usr/bin/nowhere', ''],
      ['a time-out', 'timeout', 'TimeoutStartSec=1\nExecStart=/bin/sleep 60', ''],
      ['a kill', 'kill', `ExecStart=/bin/sh -c 'kill -KILL $$$$'`, ''],
      ['an incomplete backup', 'exit-3', `ExecStart=/bin/sh -c 'exit 3'`, ''],
      ['a mount that fails', 'mount', run, 'RequiresMountsFor=/mnt/bad'],
    ])('is told of %s', async (_what, name, service, unit) => {
      await machine.write(
        '/etc/systemd/system/mnt-bad.mount',
        '[Mount]\nWhat=/dev/no\nWhere=/mnt/bad\nType=ext4\n',
      );
      expect((await start(name, service, unit)).ok).toBe(false);
      expect(await isTold(name)).toBe(true);
    });

    test('is not told of a failed assertion: so we never use one', async () => {
      expect((await start('assertion', run, 'AssertPathExists=/nowhere')).ok).toBe(false);
      expect(await isTold('assertion')).toBe(false);
    });
  });

  test('a timer catches up once after downtime, and a second start waits for the first', async () => {
    await machine.write('/etc/systemd/system/late.timer', '[Timer]\nOnCalendar=03:00 UTC\nPersistent=yes\n');
    const work = `[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo run >> ${TOLD}/late.log; sleep 1'\n`;
    await machine.write('/etc/systemd/system/late.service', work);
    await machine.run('systemctl daemon-reload; systemctl start late.timer; systemctl stop late.timer');
    await machine.run(
      'touch -d "3 days ago" /var/lib/systemd/timers/stamp-late.timer; systemctl start late.timer',
    );
    await machine.run('until systemctl is-active late.service | grep -q activating; do sleep 0.02; done', {
      timeout: 10,
    });
    await machine.run('systemctl start late.service; systemctl restart late.timer; sleep 0.3');
    expect(await machine.read(`${TOLD}/late.log`)).toBe('run\n');
  });
});

/** The oldest systemd at hand, and the one of the other scenarios. */
const boots = {
  base: async () => boot('base', 'words-base'),
  ansibleOld: async () => boot('ansibleOld', 'words-old'),
};

describe.each(['base', 'ansibleOld'] as const)(
  'what a failure report leans on, on the systemd of %s',
  (tree) => {
    test('systemd names a view that it cannot make, tells the hook which run it was, and lists the views', async () => {
      const machine = await boots[tree]();
      const views =
        'BindReadOnlyPaths="/srv/no where":/backup/app/data\nBindReadOnlyPaths="/srv/a:b":/backup/app/b';
      const hook = `[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo "$MONITOR_INVOCATION_ID" >/run/told'\n`;
      await machine.write('/etc/systemd/system/tell@.service', hook);
      await machine.write(
        '/etc/systemd/system/app.service',
        `[Unit]\nOnFailure=tell@%N.service\n[Service]\nType=oneshot\n${VIEW.split('\n')[0]}\n${views}\nExecStart=/bin/true\n`,
      );
      await machine.run('mkdir "/srv/a:b"; systemctl daemon-reload; ! systemctl start app.service');
      await machine.run('until [ -s /run/told ]; do sleep 0.05; done; journalctl --sync');
      const began = await machine.run(
        'journalctl -o short-unix "INVOCATION_ID=$(cat /run/told)" | sed -n "1s/ .*//p"',
      );
      expect(began.stdout).toMatch(/^\d+\.\d+\n$/);
      const words = await machine.run(`journalctl -o cat -u app.service --since=@${began.stdout.trim()}`);
      expect(words.stdout).toMatch(/^Starting .*$/m);
      expect(words.stdout).toMatch(
        /mount namespacing: (?:\/run\/systemd\/\S+)?\/backup\/app\/data: No such file or directory$/m,
      );
      expect(
        (await machine.run('systemctl show --property=BindReadOnlyPaths --value app.service')).stdout,
      ).toBe('/srv/no where:/backup/app/data:rbind /srv/a:b:/backup/app/b:rbind\n');
      await machine.stop();
    });
  },
);
