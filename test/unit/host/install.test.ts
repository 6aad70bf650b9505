import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { rootlessFiles } from '../../../src/runtimes/podman/render/files.js';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { systemd } from '../../../src/targets/systemd/target.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf, policyOf } from '../../support/project.js';
import { remember } from '../../support/remember.js';
import { Sandbox } from '../../support/sandbox.js';

/** What is enabled and active is answered by files; so is what somebody has stopped, and what cannot start. */
const SYSTEMCTL = `[ "$1" != --user ] || shift
[ "$1" != --quiet ] || shift
case "$1" in
  --version) echo "systemd \${SYSTEMD:-257} (257.13-1~deb13u1)" ;;
  is-enabled) [ -e "$AT/state/$2" ] ;;
  is-active) [ -e "$AT/state/$2" ] && [ ! -e "$AT/stopped/$2" ] ;;
  enable) : >"$AT/state/$2" ;;
  restart) [ ! -e "$AT/broken/$2" ] ;;
  cat) [ ! -e "$AT/broken/$2" ] ;;
  disable) rm -f "$AT/state/$3" ;;
  show) for word do unit=$word; done
    case $* in *--property=Unit*) echo "stowage-lab-queue@\${unit%.timer}.service" ;; *) echo inactive ;; esac ;;
esac`;

interface Installer {
  readonly runtime: string;
  readonly folder: string;
  readonly units: string;
  readonly containers: string;
  readonly library: string;
  readonly list: string;
  readonly password: string;
  readonly environment: string;
  readonly ctl: string;
  readonly id: string;
  /** A version that will do, one that is too old, and what is said of that. */
  readonly versions: readonly (readonly [NodeJS.ProcessEnv, string | null])[];
}

const HOST: Installer = {
  runtime: 'baremetal',
  folder: 'hosts/web1',
  units: 'etc/systemd/system',
  containers: 'etc/systemd/system',
  library: 'usr/local/lib/stowage/lab',
  list: 'var/lib/stowage/lab/installed/web1',
  password: 'etc/restic/password',
  environment: 'etc/restic/lab/main.env',
  ctl: 'systemctl',
  id: '0',
  versions: [
    [{ RESTIC: '0.17.0' }, null],
    [{ RESTIC: '0.16.4' }, 'restic 0.16 is too old'],
    [{ RESTIC: '1.0.0' }, null],
    [{ SYSTEMD: '250' }, null],
    [{ SYSTEMD: '249' }, 'systemd 249 is too old'],
  ],
};
const USER: Installer = {
  runtime: 'podman',
  folder: 'hosts/web1/user',
  units: '.config/systemd/user',
  containers: '.config/containers/systemd',
  library: '.local/lib/stowage/lab',
  list: '.local/state/stowage/lab/installed/web1-user',
  password: '.config/restic/lab/main.password',
  environment: '.config/restic/lab/main.env',
  ctl: 'systemctl --user',
  id: '1000',
  versions: [
    [{ PODMAN: '4.6.0' }, null],
    [{ PODMAN: '4.5.1' }, 'podman 4.5 is too old'],
    [{ PODMAN: '3.9.0' }, 'podman 3.9 is too old'],
    [{ PODMAN: '5.0.3' }, null],
  ],
};

const contract = (id: string) => `service_id: ${id}
quadlet_scope: user
runtime_templates: { baremetal: a, podman: b }
service_volumes: [{ name: data, target: /data, host_path: /srv/${id} }]
mounts: { persistent_volumes: [{ name: data, path: /srv/${id} }] }
${id.startsWith('still') ? 'backup: { hooks: { before: [[sync]] } }' : ''}
`;

/** Scripts that tests name, that the installer runs or that it reads the address in. */
const NAMED = ['backup.sh', 'check-environment.sh', 'restic-main.sh'];

/** What an installer of these services has beside it. */
const rendered = remember(({ runtime, folder }: Installer, services: readonly string[]) => {
  const policy = policyOf(
    `    environment_file: /etc/restic/lab/main.env\ndeployments: [{ runtime: ${runtime}, host: web1, services: ["*"] }]\n`,
    '{ host: backup1 }',
  );
  const { plan } = planOf(policy, ...services.map(contract));
  const input = { plan, runtimes: policy.runtimes, templates: projectTemplates(builtinTemplates(), plan) };
  const all = [...systemd.render(input), ...rootlessFiles(input)];
  return all.filter((file) => file.path.startsWith(`${folder}/`));
});

describe.each([
  ['a host', HOST],
  ['a user', USER],
])('the installer of %s', (_who, installer) => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
    mkdirSync(sandbox.at('state'));
    sandbox.standIn('systemctl', SYSTEMCTL);
    sandbox.standIn('id', `case $1 in -un) echo me ;; *) echo "\${ID:-${installer.id}}" ;; esac`);
    sandbox.standIn('restic', 'echo "restic ${RESTIC:-0.18.0} compiled with go1.24.4 on linux/amd64"');
    sandbox.standIn('podman', 'echo "podman version ${PODMAN:-5.4.2}"');
    sandbox.standIn('loginctl', 'echo "${LINGER:-yes}"');
    for (const name of ['systemd-sysusers', 'systemd-tmpfiles']) sandbox.standIn(name);
  });
  afterEach(() => {
    sandbox.remove();
  });

  /** A tree of these services, whose installer takes the sandbox for the whole machine. */
  function wholeTree(...services: readonly string[]): string {
    mkdirSync(sandbox.at('checkouts'), { recursive: true });
    const checkout = path.basename(mkdtempSync(sandbox.at('checkouts/c-')));
    for (const file of rendered(installer, services)) {
      const text = file.path.endsWith('/install.sh') ? inSandbox(file.content) : file.content;
      sandbox.write(`checkouts/${checkout}/${file.path}`, text);
    }
    return `checkouts/${checkout}/${installer.folder}`;
  }

  /** A tree without the scripts of which the installer says nothing. */
  function tree(...services: readonly string[]): string {
    const folder = wholeTree(...services);
    const bin = sandbox.at(`${folder}/bin`);
    for (const name of readdirSync(bin)) {
      if (!NAMED.includes(name)) rmSync(path.join(bin, name), { recursive: true });
    }
    return folder;
  }

  function inSandbox(script: string): string {
    const { folder } = sandbox;
    if (installer !== HOST) return script;
    return script
      .replaceAll(/(?<![\w*])\/(etc|usr\/local\/lib|var\/lib|srv)\//g, `${folder}/$1/`)
      .replaceAll('$root/var/lib/', `$root${folder}/var/lib/`)
      .replaceAll('printf \'%s\\n\' "/$1"', `printf '%s\\n' "${folder}/$1"`);
  }

  const install = (from: string, options: readonly string[] = [], more: NodeJS.ProcessEnv = {}) =>
    sandbox.run(sandbox.at(`${from}/install.sh`), options, more);
  const timer = (service: string) => `stowage-lab-backup-${service}.timer`;
  const unit = (name: string) => `${installer.units}/${name}`;
  const listed = () => sandbox.lines(installer.list).map((file) => path.basename(file));
  const asked = () => sandbox.calls().filter((call) => call.startsWith(`${installer.ctl} `));

  test('installs scripts that can run, units that systemd reads anew, and starts each timer', () => {
    const result = install(wholeTree('a', 'b'));
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(statSync(sandbox.at(`${installer.library}/backup.sh`)).mode & 0o777).toBe(0o755);
    expect(statSync(sandbox.at(unit(timer('a')))).mode & 0o777).toBe(0o644);
    const calls = sandbox.calls();
    const read = calls.indexOf(`${installer.ctl} daemon-reload`);
    for (const service of ['a', 'b']) {
      const enabled = calls.indexOf(`${installer.ctl} --quiet enable ${timer(service)}`);
      expect(read).toBeGreaterThan(-1);
      expect(enabled).toBeGreaterThan(read);
      expect(calls.indexOf(`${installer.ctl} restart ${timer(service)}`)).toBeGreaterThan(enabled);
    }
    expect(listed()).toEqual(expect.arrayContaining([timer('a'), timer('b'), 'backup.sh']));
  });

  test('does nothing twice: what is there, enabled and active is left alone', () => {
    const checkout = wholeTree('a');
    install(checkout);
    sandbox.calls();
    expect(install(checkout).out).not.toMatch(/^(install|enable|remove) /m);
    expect(asked().filter((call) => / (enable|restart) /.test(call))).toEqual([]);
  });

  test('starts a timer anew that has changed, and one that somebody has stopped or disabled', () => {
    install(tree('a', 'b', 'c', 'd', 'e'));
    sandbox.write(unit(timer('a')), 'changed\n');
    chmodSync(sandbox.at(unit(timer('b'))), 0o600);
    sandbox.write(`stopped/${timer('c')}`, '');
    rmSync(sandbox.at(`state/${timer('d')}`));
    sandbox.calls();
    install(tree('a', 'b', 'c', 'd', 'e'));
    const restarted = asked().flatMap((call) => / restart (.*)$/.exec(call)?.[1] ?? []);
    expect(restarted).toEqual(['a', 'b', 'c', 'd'].map(timer));
    expect(statSync(sandbox.at(unit(timer('b')))).mode & 0o777).toBe(0o644);
  });

  test('with --dry-run says what it would do, and changes nothing', () => {
    const dry = install(tree('a'), ['--dry-run']);
    expect(dry.code).toBe(0);
    expect(dry.out).toContain(`install ${sandbox.at(unit(timer('a')))}\n`);
    expect(
      asked().filter((call) => !/ (--version|show|show-environment|is-enabled|is-active)\b/.test(call)),
    ).toEqual([]);
    for (const file of [installer.units, installer.containers, installer.library, installer.list]) {
      expect([file, sandbox.has(file)]).toEqual([file, false]);
    }
    install(tree('a', 'b'));
    sandbox.calls();
    expect(install(tree('a'), ['--dry-run']).out).toContain(`remove ${sandbox.at(unit(timer('b')))}\n`);
    expect(sandbox.has(unit(timer('b')))).toBe(true);
    expect(listed()).toContain(timer('b'));
    expect(asked().filter((call) => / (disable|stop|daemon-reload)\b/.test(call))).toEqual([]);
  });

  test('a service that has left loses its timer first, and the turn that it waits for', () => {
    install(tree('a', 'b'));
    sandbox.calls();
    expect(install(tree('a'))).toMatchObject({ code: 0, err: '' });
    const calls = asked();
    expect(calls).toContain(`${installer.ctl} --quiet disable --now ${timer('b')}`);
    expect(calls).toContain(
      `${installer.ctl} --quiet stop stowage-lab-queue@${timer('b').replace(/timer$/, 'service')}`,
    );
    expect(sandbox.has(unit(timer('b')))).toBe(false);
    expect(sandbox.has(unit(timer('a')))).toBe(true);
    expect(listed()).not.toContain(timer('b'));
    expect(calls.filter((call) => call.endsWith(timer('a')) && call.includes('disable'))).toEqual([]);
  });

  test('a job that owes something while its unit is replaced is waited for, and keeps the script for it', () => {
    sandbox.standIn('systemd-run');
    const owed = installer === HOST ? 'var/lib/stowage/lab/owed' : '.local/state/stowage/lab/owed';
    const script = sandbox.at(`${installer.library}/around.sh`);
    const waits = (calls: readonly string[]) => calls.filter((call) => call.startsWith('systemd-run '));
    const waiting = `systemd-run ${installer === HOST ? '--system' : '--user'} --quiet --collect ${script} recover wait`;
    install(wholeTree('still', 'b'));
    expect(waits(sandbox.calls())).toEqual([]);
    mkdirSync(sandbox.at(`${owed}/job`), { recursive: true });
    sandbox.write(`${owed}/job.lock`, '');
    install(wholeTree('still', 'b'));
    expect(waits(sandbox.calls())).toEqual([waiting]);
    sandbox.write(`${installer.library}/around.sh`, '#!/bin/sh\nexit 0\n', 0o755);
    expect(install(wholeTree('b')).out).toContain(`NOTE: ${script} stays for a job that runs`);
    // Once more, for what the new units have to say.
    expect(waits(sandbox.calls())).toEqual([waiting, waiting]);
    rmSync(sandbox.at(`${owed}/job`), { recursive: true });
    install(wholeTree('still', 'b'));
    install(wholeTree('b'));
    expect([sandbox.has(owed), sandbox.has(`${installer.library}/around.sh`)]).toEqual([false, false]);
  });

  test('one timer that cannot start fails the run, and keeps no other from running', () => {
    sandbox.write(`broken/${timer('a')}`, '');
    const result = install(tree('a', 'b'));
    expect(result.code).toBe(1);
    expect(result.err).toContain(`${timer('a')} does not run, so its job never starts`);
    expect(asked()).toContain(`${installer.ctl} restart ${timer('b')}`);
    expect(listed()).toContain(timer('a'));
  });

  test('an interrupted run forgets neither the old files nor the new ones', () => {
    install(tree('a', 'b'));
    sandbox.standIn('install', 'exit 1');
    expect(install(tree('b', 'c')).code).not.toBe(0);
    expect(listed()).toEqual(expect.arrayContaining([timer('a'), timer('b'), timer('c')]));
    expect(sandbox.has(unit(timer('a')))).toBe(true);
  });

  test('--uninstall takes away every file of it and its timers, and leaves secrets', () => {
    const checkout = wholeTree('a', 'b');
    sandbox.write(installer.password, 'x\n');
    install(checkout);
    sandbox.calls();
    expect(install(checkout, ['--uninstall']).code).toBe(0);
    const calls = asked();
    for (const service of ['a', 'b'])
      expect(calls).toContain(`${installer.ctl} --quiet disable --now ${timer(service)}`);
    expect(calls).toContain(`${installer.ctl} daemon-reload`);
    for (const gone of [unit(timer('a')), installer.library, installer.list])
      expect([gone, sandbox.has(gone)]).toEqual([gone, false]);
    expect(sandbox.has(installer.password)).toBe(true);
  });

  test.each(installer.versions)('with %j it installs, or says what is too old: %s', (versions, complaint) => {
    const result = install(tree('a'), [], versions);
    if (complaint === null) {
      expect(result).toMatchObject({ code: 0, err: '' });
    } else {
      expect([result.code, result.err]).toEqual([1, expect.stringContaining(complaint)]);
      expect(sandbox.has(installer.list)).toBe(false);
    }
  });

  test('another user than the one it is for changes nothing', () => {
    const result = install(tree('a'), [], { ID: installer === HOST ? '1000' : '0' });
    expect([result.code, sandbox.has(installer.list)]).toEqual([1, false]);
    expect(result.err).toContain('run it as');
  });

  test('names secrets that are missing, and only these', () => {
    const missing = `the jobs fail until this file exists: ${sandbox.at(installer.password)}`;
    expect(install(tree('a')).out).toContain(missing);
    sandbox.write(installer.password, 'x\n');
    expect(install(tree('a')).out).not.toContain(missing);
  });

  test('names folders that jobs read and that are not there, and only these', () => {
    const missing = `NOTE: backups of a fail until this is there: ${sandbox.at('srv/a')}`;
    const isSaid = installer === HOST;
    expect(install(tree('a')).out.includes(missing)).toBe(isSaid);
    mkdirSync(sandbox.at('srv/a'), { recursive: true });
    expect(install(tree('a')).out).not.toContain(missing);
  });

  test('an environment file that would be read otherwise is refused before anything is changed', () => {
    sandbox.write(installer.environment, 'export A=b\n');
    const result = install(tree('a'));
    expect([result.code, sandbox.has(installer.list)]).toEqual([1, false]);
    expect(result.err).toContain('nothing was changed');
    sandbox.write(installer.environment, 'A=b\n');
    expect(install(tree('a')).code).toBe(0);
  });

  test('says how to test the alarm, and when nobody would hear it', () => {
    const deaf = 'nobody is told of failures';
    expect(install(tree('a')).out).toContain(deaf);
    const hooks = installer === HOST ? 'etc/stowage/on-failure.d' : '.config/stowage/on-failure.d';
    sandbox.write(`${hooks}/mail`, '#!/bin/sh\n', 0o644);
    expect(install(tree('a')).out).toContain(deaf);
    chmodSync(sandbox.at(`${hooks}/mail`), 0o755);
    expect(install(tree('a')).out).not.toContain(deaf);
  });

  test('an unknown option is refused, and does nothing', () => {
    const result = install(tree('a'), ['--remove']);
    expect([result.code, sandbox.has(installer.list)]).toEqual([1, false]);
  });

  if (installer === USER) {
    test('says which container Quadlet makes no unit of, and fails', () => {
      sandbox.write('broken/stowage-lab-backup-a.service', '');
      const result = install(tree('a'));
      expect([result.code, result.err]).toEqual([
        1,
        expect.stringContaining('Quadlet makes no unit of stowage-lab-backup-a'),
      ]);
    });

    test('says that jobs end with the session of a user who does not linger', () => {
      expect(install(tree('a'), [], { LINGER: 'no' }).out).toContain('enable-linger me');
      expect(install(tree('a')).out).not.toContain('enable-linger');
    });
  }
});
