import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { boot, type Machine } from './lib/machine.js';
import { OLD_MAY_END, OLD_RUNS, plantForUser, plantOnHost } from './lib/old-tree.js';
import { play as playOn, type Play, type PlayOptions } from './lib/playbook.js';
import { asUser as runAsUser, HOME, importImage, makeUser, USER } from './lib/rootless.js';
import { restoreCommands } from './lib/runbook.js';
import { runByTimer, runByUserTimer } from './lib/timer.js';
import {
  dataOf,
  lookAtHost,
  lookAtUser,
  OWNERS,
  renderProject,
  repositoryOf,
  type Deployed,
  type Owner,
} from './lib/two-projects.js';
import { timers } from './lib/units.js';

interface Snapshot {
  readonly hostname: string;
  readonly paths: readonly string[];
}

/** Timers and what they start, without those of maintenance. */
async function backupTimers(machine: Machine): Promise<string[]> {
  return Object.keys(await timers(machine)).filter((timer) => timer.includes('backup-'));
}

describe('two projects on one host, by install.sh', () => {
  let machine: Machine;
  const pages = new Map<Owner, string>();

  const look = async (owner?: Owner) => lookAtHost((command) => machine.run(command), owner);
  /** Brings a tree to `/root/<folder>`. */
  const bring = async (owner: Owner, folder: string, how: Partial<Deployed> = {}) => {
    const project = await renderProject(owner, { host: 'shared1', ...how });
    await machine.copy(path.join(project.rendered, 'hosts/shared1'), `/root/${folder}`);
    return project;
  };
  const install = async (folder: string, ...options: string[]) =>
    machine.run([`/root/${folder}/install.sh`, ...options], { allowFail: true });
  const restic = async (owner: Owner, args: string) =>
    (await machine.run(`/usr/local/lib/stowage/${owner}/restic-main.sh ${args}`)).stdout;
  const snapshots = async (owner: Owner) => JSON.parse(await restic(owner, 'snapshots --json')) as Snapshot[];
  const counts = async () => Promise.all(OWNERS.map(async (owner) => (await snapshots(owner)).length));
  const start = async (unit: string) => machine.run(`systemctl start ${unit}.service`);
  /** Refused, with exit code 1 and nothing changed; the message. */
  const refused = async (folder: string) => {
    const before = await look();
    const { code, stdout, stderr } = await install(folder);
    expect({ code, stdout, after: await look() }).toEqual({ code: 1, stdout: '', after: before });
    expect(stderr).toContain('Nothing is changed.');
    return stderr;
  };

  beforeAll(async () => {
    machine = await boot('base', 'shared1');
    for (const owner of OWNERS) {
      const { rendered } = await bring(owner, owner);
      pages.set(owner, readFileSync(path.join(rendered, 'runbooks/wiki.md'), 'utf8'));
      await machine.write(`/etc/restic/${owner}`, `password of ${owner}\n`, '600');
      await machine.run(`mkdir -p ${dataOf(owner)}; echo ${owner} >${dataOf(owner)}/file`);
    }
  });

  afterAll(async () => machine.stop());

  test('the second one leaves all of the first as it is', async () => {
    expect(await install('den')).toMatchObject({ code: 0, stderr: expect.not.stringContaining('NOTE') });
    await restic('den', 'init');
    await runByTimer(machine, 'stowage-den-backup-wiki');
    const before = await look('den');
    expect(before).toContain('var/lib/stowage/den/jobs/backup-wiki/machine');
    expect(before).toContain('usr/local/lib/stowage/den/forget/main/wiki.sh');
    expect((await install('work')).code).toBe(0);
    await restic('work', 'init');
    await runByTimer(machine, 'stowage-work-backup-wiki');
    expect(await look('den')).toBe(before);
    expect(await backupTimers(machine)).toEqual([
      'stowage-den-backup-wiki.timer',
      'stowage-work-backup-wiki.timer',
    ]);
  });

  test('each backs its own data up into its own repository, and forgets there only', async () => {
    for (const owner of OWNERS) {
      expect(await snapshots(owner)).toMatchObject([{ hostname: 'wiki', paths: ['/backup/wiki/data'] }]);
      expect(await restic(owner, 'dump latest /backup/wiki/data/file')).toBe(`${owner}\n`);
      await start(`stowage-${owner}-backup-wiki`);
    }
    expect(await counts()).toEqual([2, 2]);
    await start('stowage-den-forget-main');
    expect(await counts()).toEqual([1, 2]);
    await start('stowage-work-forget-main');
    expect(await counts()).toEqual([1, 1]);
  });

  test('each restores its own data, by its own page', async () => {
    await machine.run(OWNERS.map((owner) => `rm ${dataOf(owner)}/file`).join('\n'));
    const left = async () => (await machine.run(`cat /srv/*/wiki/file`, { allowFail: true })).stdout;
    for (const [owner, files] of [
      ['den', 'den\n'],
      ['work', 'den\nwork\n'],
    ] as const) {
      const commands = restoreCommands(pages.get(owner) ?? '', 'baremetal on shared1', /^Restore in place$/);
      await machine.run(['sh', '-euc', commands]);
      expect(await left()).toBe(files);
    }
  });

  test('another checkout of the same name is refused, and told how to say that it is meant', async () => {
    await bring('den', 'another', { services: ['mail'], repository: 'else' });
    const said = await refused('another');
    expect(said).toContain('looks like another project that is called den too');
    expect(said).toContain('Its jobs would be removed: backup-wiki');
    expect(said).toContain('run again with --replace');
  });

  test('a file that another project has on its list is refused; the command that is printed puts the list right', async () => {
    const before = await look();
    await machine.run(
      `sed -i '1i /usr/local/lib/stowage/den/forget/main/wiki.sh' /var/lib/stowage/work/installed/shared1`,
    );
    const said = await refused('den');
    expect(said).toContain('the list /var/lib/stowage/work/installed/shared1 names it');
    const [, command = 'exit 1'] = /^ {2}(grep .*)$/m.exec(said) ?? [];
    await machine.run(command);
    expect(await look()).toBe(before);
    expect((await install('den')).code).toBe(0);
    expect(await look()).toBe(before);
  });

  test('one is uninstalled without a trace, and the other works on', async () => {
    const den = await look('den');
    expect((await install('work', '--uninstall')).code).toBe(0);
    expect(foreignTo('etc/restic/work', await look('work'))).toEqual([]);
    const known = 'systemctl list-units --all --plain --no-legend "stowage-work*"';
    expect((await machine.run(known)).stdout).toBe('');
    expect(await look('den')).toBe(den);
    await runByTimer(machine, 'stowage-den-backup-wiki');
    expect(await snapshots('den')).toHaveLength(2);
    const due = await machine.run('systemctl show -P NextElapseUSecRealtime stowage-den-backup-wiki.timer');
    expect(due.stdout).toMatch(/\d{4}-\d\d-\d\d/);
    expect(await backupTimers(machine)).toEqual(['stowage-den-backup-wiki.timer']);
  });

  describe('what is left from before projects had names', () => {
    const old = { tree: 'shared1', address: repositoryOf('work') };
    /** Old jobs that systemd would still run, and files and links of theirs. */
    const left = async () =>
      (
        await machine.run(
          `systemctl list-units --all --plain --no-legend 'stowage-*' | grep -Ev 'stowage-(den|work)-' || true
          find /etc/systemd/system /etc/sysusers.d /etc/tmpfiles.d -name 'stowage*' ! -name 'stowage-den*' ! -name 'stowage-work*'
          find /usr/local/lib/stowage /var/lib/stowage -mindepth 1 -maxdepth 1 ! -name den ! -name work`,
        )
      ).stdout;

    test('is refused to a project that it does not belong to, which is told to let the other one go first', async () => {
      await plantOnHost(machine, { ...old, services: ['wiki'] });
      expect(await backupTimers(machine)).toContain('stowage-backup-wiki.timer');
      const said = await refused('den');
      expect(said).toContain('With another address: restic-main.sh');
      expect(said).toContain('If they belong to another project, install that one first');
    });

    test('waits for a job that runs, then is taken over: nothing runs twice', async () => {
      await machine.run(`rm ${OLD_MAY_END}; systemctl start --no-block stowage-backup-wiki.service
        until [ -s ${OLD_RUNS} ]; do sleep 0.05; done`);
      expect(await refused('work')).toContain('stowage-backup-wiki.service runs');
      await machine.run(`touch ${OLD_MAY_END}
        while [ "$(systemctl show -P ActiveState stowage-backup-wiki.service)" = activating ]; do sleep 0.05; done
        rm ${OLD_RUNS}`);
      const den = await look('den');
      expect(await install('work')).toMatchObject({ code: 0, stderr: '' });
      expect(await left()).toBe('');
      expect(await look('den')).toBe(den);
      expect(await backupTimers(machine)).toEqual([
        'stowage-den-backup-wiki.timer',
        'stowage-work-backup-wiki.timer',
      ]);
      await runByTimer(machine, 'stowage-work-backup-wiki');
      expect(await snapshots('work')).toHaveLength(2);
      await machine.run(`[ ! -e ${OLD_RUNS} ]`);
      // The other one, which was told to wait for this.
      expect(await install('den')).toMatchObject({ code: 0, stderr: '' });
      expect(await look('den')).toBe(den);
    });

    test('with jobs that are no longer there is refused; the option that is named takes it over', async () => {
      const before = await look();
      await plantOnHost(machine, { ...old, services: ['mail', 'wiki'] });
      const said = await refused('work');
      expect(said).toContain('Not here: backup-mail');
      const [, option = ''] = /run again with (--[a-z]+)/.exec(said) ?? [];
      expect((await install('work', option)).code).toBe(0);
      expect(await left()).toBe('');
      expect(await look()).toBe(before);
    });
  });
});

describe('two projects on one host, by playbook', () => {
  let machine: Machine;
  let refused: Play | undefined;
  const look = async (owner?: Owner) => lookAtHost((command) => machine.run(command), owner);
  const bring = async (owner: Owner, services: readonly string[]) => {
    const project = await renderProject(owner, { host: 'shared2', services, maintenance: 'nas1' });
    await machine.copy(project.rendered, `/root/${owner}`);
  };
  const play = async (owner: Owner, args = '', options: PlayOptions = {}) =>
    playOn(machine, `/root/${owner}`, args, options);

  beforeAll(async () => {
    machine = await boot('ansible', 'shared2');
    await bring('den', ['wiki', 'blog']);
    await bring('work', ['wiki']);
    // What install.sh installs is what a playbook would have, which takes half a minute for it. Of one a part is missing.
    await machine.run(`mkdir /etc/restic; echo x >/etc/restic/den; echo x >/etc/restic/work
      /root/den/hosts/shared2/install.sh; /root/work/hosts/shared2/install.sh
      systemctl --quiet disable --now stowage-work-backup-wiki.timer
      rm /etc/systemd/system/stowage-work-backup-wiki.* /usr/local/lib/stowage/work/queue.sh`);
  });

  afterAll(async () => machine.stop());

  test('an old tree with jobs that are no longer there is refused, and nothing changes', async () => {
    await plantOnHost(machine, {
      ...{ tree: 'shared2', address: repositoryOf('work'), services: ['mail', 'wiki'] },
      isMaintained: false,
    });
    const before = await look();
    refused = await play('work', '', { allowFail: true });
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('Not here: backup-mail');
    expect(await look()).toBe(before);
  });

  test('the variable that is named deploys over it, and the first project stays as it is', async () => {
    const den = await look('den');
    const [, variable = ''] = /the playbook: (-e [a-z_]+=yes)/.exec(refused?.stdout ?? '') ?? [];
    await play('work', variable);
    expect(await look('den')).toBe(den);
    expect(await backupTimers(machine)).toEqual([
      ...['stowage-den-backup-blog.timer', 'stowage-den-backup-wiki.timer'],
      'stowage-work-backup-wiki.timer',
    ]);
    const old =
      '/etc/systemd/system/stowage-backup-* /usr/local/lib/stowage/*.sh /var/lib/stowage/installed/*';
    expect((await machine.run(`ls ${old} 2>/dev/null`, { allowFail: true })).stdout).toBe('');
  });

  test.each(OWNERS)('the next run of %s changes nothing', async (owner) => {
    const before = await look();
    expect((await play(owner)).changed).toBe(0);
    expect(await look()).toBe(before);
  });

  test('a service that leaves one project takes nothing of the other', async () => {
    const work = await look('work');
    await bring('den', ['blog']);
    await play('den');
    expect(await look('work')).toBe(work);
    expect(await look('den')).not.toContain('wiki');
    expect(await backupTimers(machine)).toEqual([
      'stowage-den-backup-blog.timer',
      'stowage-work-backup-wiki.timer',
    ]);
  });
});

describe('two projects of one user', () => {
  let machine: Machine;
  const asUser = async (command: string, allowFail = false) => runAsUser(machine, command, allowFail);
  const look = async (owner?: Owner) => lookAtUser((command) => asUser(command), owner);
  const install = async (owner: Owner, option = '') => asUser(`/opt/${owner}/install.sh ${option}`, true);
  const restic = async (owner: Owner, args: string) =>
    (await asUser(`.local/lib/stowage/${owner}/restic-main.sh ${args}`)).stdout;

  beforeAll(async () => {
    machine = await boot('rootless', 'shared3', { disks: ['/home'] });
    await makeUser(machine);
    await machine.run(`systemd-run --quiet --wait loginctl enable-linger ${USER}
      until [ -S /run/user/1000/bus ]; do sleep 0.05; done`);
    for (const owner of OWNERS) {
      const project = await renderProject(owner, { host: 'shared3', user: USER, maintenance: 'nas1' });
      await machine.copy(path.join(project.rendered, 'hosts/shared3/user'), `/opt/${owner}`);
      await machine.run(`install -d -o ${USER} ${dataOf(owner)} ${repositoryOf(owner)}
        echo ${owner} >${dataOf(owner)}/file`);
    }
    await importImage(machine);
  });

  afterAll(async () => machine.stop());

  test('what is left from before projects had names is taken over, with its secrets', async () => {
    await plantForUser(machine, { tree: 'shared3-user', address: repositoryOf('den'), services: ['wiki'] });
    expect((await install('den')).code).toBe(0);
    expect(await machine.read(`${HOME}/.config/restic/den/main.password`)).toBe('of old\n');
    const left =
      await asUser(`systemctl --user list-units --all --plain --no-legend 'stowage-*' | grep -v stowage-den- || true
      ls -d .config/containers/systemd/stowage-backup-* .config/systemd/user/stowage-backup-* .local/lib/stowage/*.sh .local/state/stowage/installed 2>/dev/null || true`);
    expect(left.stdout).toBe('');
  });

  test('each backs up its own data into its own repository; the second one leaves all of the first as it is', async () => {
    const backUp = async (owner: Owner) => {
      await restic(owner, 'init');
      await runByUserTimer(machine, `stowage-${owner}-backup-wiki`);
      expect(await restic(owner, 'dump latest /backup/wiki/data/file')).toBe(`${owner}\n`);
    };
    await backUp('den');
    const den = await look('den');
    expect((await install('work')).code).toBe(0);
    await asUser('echo of work >.config/restic/work/main.password');
    await backUp('work');
    expect(await look('den')).toBe(den);
  });

  test('one is uninstalled without a trace, and the other works on', async () => {
    const den = await look('den');
    await install('work', '--uninstall');
    expect(await look('den')).toBe(den);
    expect(foreignTo('.config/restic/work', await look('work'))).toEqual([]);
    await runByUserTimer(machine, 'stowage-den-backup-wiki');
    expect(JSON.parse(await restic('den', 'snapshots --json'))).toHaveLength(2);
  });
});

/** Lines of a listing that are about something else than a path and what is below it. */
function foreignTo(place: string, listing: string): string[] {
  return listing.split('\n').filter((line) => line !== '' && !line.includes(place));
}
