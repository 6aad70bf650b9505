import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ENGINE, SYSTEMCTL } from '../../support/engine-stand-ins.js';
import { Sandbox } from '../../support/sandbox.js';
import { builtinTemplates } from '../../../src/template/engine.js';

let sandbox: Sandbox;
const standIn = (name: string, text: string) =>
  sandbox.write(
    `bin/${name}`,
    `#!/bin/sh\n${text.replaceAll('$ENGINE_FOLDER', sandbox.at('state')).replaceAll('$NAME', name)}`,
    0o755,
  );
beforeEach(() => {
  sandbox = new Sandbox();
  mkdirSync(sandbox.at('state'));
  sandbox.write(
    'around.sh',
    builtinTemplates().render('host/around.sh.hbs', { header: 'test', project: 'lab', user: true }),
  );
  sandbox.write('check-unused.sh', '#!/bin/sh\necho "  container x"; [ ! -e "$0.used" ]\n', 0o755);
  for (const name of ['docker', 'podman']) standIn(name, ENGINE);
  standIn('systemctl', SYSTEMCTL);
  for (const name of ['lxc-freeze', 'lxc-unfreeze', 'pct'])
    standIn(name, `echo "$NAME $*" >>"$ENGINE_FOLDER/../log"\n`);
  standIn('lxc-info', 'cat "$ENGINE_FOLDER/$2"\n');
  container('web', 'running');
  container('db', 'running');
  container('off', 'exited');
});
afterEach(() => sandbox.remove());

const container = (name: string, state: string) => sandbox.write(`state/${name}`, `${state}\n`);
const state = (name: string) => readFileSync(sandbox.at(`state/${name}`), 'utf8').trim();
/** With a result, of a job whose own program has run. */
const around = (words: readonly string[], result = '', ended = '0') =>
  sandbox.run(sandbox.at('around.sh'), words, {
    XDG_STATE_HOME: sandbox.at('home'),
    ...(result === '' ? {} : { SERVICE_RESULT: result, ...(ended === '' ? {} : { EXIT_STATUS: ended }) }),
    RESTIC_PASSWORD_FILE: '/etc/pw',
  });
const GOOD = { code: 0, err: '' };
/** Calls that change something. */
const calls = () => sandbox.lines('log').filter((line) => !/ (?:ps|container) /.test(`${line} `));
const owed = () => {
  const folder = sandbox.at('home/stowage/lab/owed/job');
  return existsSync(folder) ? readdirSync(folder).sort() : [];
};
const SHOP = ['job', '60', 'docker', 'project=shop'];

describe('what stands still', () => {
  test('is stopped from the newest on, and started from the oldest on; what is off stays off', () => {
    expect(around(['stop', ...SHOP])).toMatchObject(GOOD);
    expect(['web', 'db', 'off'].map(state)).toEqual(['exited', 'exited', 'exited']);
    expect(owed()).toEqual(['0-0001-held', '0-0002-held', 'still-0000-still']);
    expect(around(['end', 'job'], 'success')).toMatchObject(GOOD);
    expect(calls()).toEqual(['docker stop web', 'docker stop db', 'docker start db', 'docker start web']);
    expect(owed()).toEqual([]);
    expect(readdirSync(sandbox.at('home/stowage/lab/owed'))).toEqual(['job.lock']);
  });

  test('is only what is named, and what restarts all the time is stopped too', () => {
    container('web', 'restarting');
    expect(around(['stop', ...SHOP, 'service=web'])).toMatchObject(GOOD);
    expect(around(['end', 'job'])).toMatchObject(GOOD);
    expect(calls()).toEqual(['docker stop web', 'docker start web']);
  });

  test('is frozen, but not what somebody else has frozen', () => {
    container('db', 'paused');
    expect(around(['pause', ...SHOP])).toMatchObject(GOOD);
    expect(around(['end', 'job'])).toMatchObject(GOOD);
    expect(calls()).toEqual(['docker pause web', 'docker unpause web']);
    expect(state('db')).toBe('paused');
  });

  test('was stopped only in part when the job was killed: a stop under way ends before the start', () => {
    around(['stop', ...SHOP]);
    rmSync(sandbox.at('home/stowage/lab/owed/job.held'));
    container('web', 'running');
    expect(around(['end', 'job'])).toMatchObject(GOOD);
    expect(calls().slice(2)).toEqual([
      'docker stop db',
      'docker start db',
      'docker stop web',
      'docker start web',
    ]);
  });

  test('goes on being owed while its engine is down, and is found again under another name', () => {
    around(['stop', ...SHOP, 'service=web']);
    sandbox.write('down', '');
    expect(around(['end', 'job'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('<3>stowage: this failed: stop 60 docker web'),
    });
    expect(owed()).toEqual(['0-0001-held']);
    rmSync(sandbox.at('down'));
    rmSync(sandbox.at('state/web'));
    container('other', 'exited');
    sandbox.write('renamed-web', 'other\n');
    expect(around(['recover'])).toMatchObject(GOOD);
    expect(state('other')).toBe('running');
    expect(owed()).toEqual([]);
  });

  test('does not fail a job for what is gone for good, but says so and fails', () => {
    around(['stop', ...SHOP, 'service=web']);
    rmSync(sandbox.at('state/web'));
    expect(around(['end', 'job'])).toMatchObject({
      code: 1,
      err: expect.stringContaining("docker does not know 'web' any more"),
    });
    expect(owed()).toEqual([]);
  });

  test('must be known where somebody uses the files', () => {
    const words = ['stop', 'job', '60', 'docker', 'project=other', 'at=/srv/a b'];
    expect(around(words)).toMatchObject({ code: 0 });
    sandbox.write('check-unused.sh.used', '');
    expect(around(words)).toMatchObject({
      code: 1,
      err: expect.stringContaining('docker does not know other, and somebody may use the files'),
    });
    sandbox.write('down', '');
    expect(around(words)).toMatchObject({
      code: 1,
      err: expect.stringContaining('docker does not say what runs'),
    });
  });

  test('is a unit of Podman where one runs the container, which would start it again', () => {
    sandbox.write('unit-of-web', 'web.service\n');
    sandbox.write('ActiveState-web.service', 'active\n');
    expect(around(['stop', 'job', '60', 'podman', 'container=web', 'container=db'])).toMatchObject(GOOD);
    expect(around(['end', 'job'])).toMatchObject(GOOD);
    expect(calls()).toEqual([
      'systemctl stop web.service',
      'podman stop db',
      'systemctl start web.service',
      'podman start db',
    ]);
  });

  test('fails the job where it did not stand still until the end, whoever started it, and what was off with it', () => {
    for (const name of ['web', 'off']) {
      expect(around(['stop', ...SHOP])).toMatchObject(GOOD);
      container(name, 'running');
      expect(around(['end', 'job'], 'success')).toMatchObject({
        code: 1,
        err: expect.stringContaining(`docker ran ${name} while files were read`),
      });
      expect(owed()).toEqual([]);
    }
    container('off', 'exited');
    expect(around(['pause', ...SHOP])).toMatchObject(GOOD);
    container('db', 'running');
    expect(around(['end', 'job'], 'success')).toMatchObject({
      code: 1,
      err: expect.stringContaining('docker ran db while files were read'),
    });
    expect(['web', 'db', 'off'].map(state)).toEqual(['running', 'running', 'exited']);
    sandbox.write('ActiveState-app.service', 'active\n');
    expect(around(['stop', 'job', '60', 'unit', 'unit=app.service'])).toMatchObject(GOOD);
    expect(around(['end', 'job'], 'success').err).toContain('unit ran app.service while files were read');
  });

  test.each(['.new', 'names'])('is not stopped where nothing can be written down, %s', (file) => {
    mkdirSync(sandbox.at('home/stowage/lab/owed/job'), { recursive: true });
    symlinkSync('/dev/full', sandbox.at(`home/stowage/lab/owed/job${file === 'names' ? '.' : '/'}${file}`));
    expect(around(['stop', ...SHOP]).code).not.toBe(0);
    expect(calls()).toEqual([]);
    expect(['web', 'db'].map(state)).toEqual(['running', 'running']);
  });

  test('is not stopped where only a part of it could be written down', () => {
    standIn('sync', 'echo x >>"$ENGINE_FOLDER/syncs"; [ "$(wc -l <"$ENGINE_FOLDER/syncs")" -le 4 ]\n');
    expect(around(['stop', ...SHOP]).code).not.toBe(0);
    expect(calls()).toEqual([]);
  });

  test.each(['docker', 'podman'])('goes on being owed while a stop by %s is under way', (engine) => {
    around(['stop', 'job', '1', engine, 'container=web']);
    rmSync(sandbox.at('home/stowage/lab/owed/job.held'));
    container('web', 'running');
    const usual = readFileSync(sandbox.at(`bin/${engine}`), 'utf8');
    sandbox.write(`bin/${engine}`, usual.replace('\n', '\n[ "$1" != stop ] || exec sleep 30\n'), 0o755);
    expect(around(['end', 'job'])).toMatchObject({
      code: 1,
      err: expect.stringContaining(`this failed: stop 1 ${engine} web`),
    });
    // It ends after all.
    container('web', 'exited');
    sandbox.write(`bin/${engine}`, usual, 0o755);
    expect(around(['recover'])).toMatchObject(GOOD);
    expect(state('web')).toBe('running');
    expect(owed()).toEqual([]);
  });

  test('is a guest that goes down later than anybody waits for it, and is started then', () => {
    container('104', 'RUNNING');
    standIn('pct', `echo "$NAME $*" >>"$ENGINE_FOLDER/../log"; [ "$1" != shutdown ]\n`);
    expect(around(['stop', 'job', '60', 'lxc', 'guest=104']).code).toBe(1);
    expect(around(['end', 'job']).code).toBe(1);
    expect(owed()).toEqual(['0-0001-held']);
    container('104', 'STOPPED');
    expect(around(['recover'])).toMatchObject(GOOD);
    expect(calls().at(-1)).toBe('pct start 104');
    expect(owed()).toEqual([]);
  });

  test('is thawed where it was on its way to be frozen', () => {
    sandbox.write('ActiveState-app.service', 'active\n');
    around(['pause', 'job', '60', 'unit', 'unit=app.service']);
    sandbox.write('FreezerState-app.service', 'freezing\n');
    expect(around(['recover'])).toMatchObject(GOOD);
    expect(calls().at(-1)).toBe('systemctl thaw app.service');
  });

  test('is asked for without the lock, which what an engine leaves behind would keep', () => {
    sandbox.write('bin/podman', `#!/bin/sh\nsleep 20 >/dev/null 2>&1 &\necho "running /web id-web"\n`, 0o755);
    const start = Date.now();
    expect(around(['pause', 'job', '60', 'podman', 'container=web'])).toMatchObject({ code: 0 });
    expect(around(['end', 'job'])).toMatchObject({ code: 0 });
    expect(Date.now() - start).toBeLessThan(15_000);
  });

  test('takes with it what needs it and what would start it, as far as that runs', () => {
    for (const unit of ['app.service', 'needs.service', 'needs-that.service', 'app.socket']) {
      sandbox.write(`ActiveState-${unit}`, 'active\n');
    }
    sandbox.write('RequiredBy-app.service', 'needs.service resting.service\n');
    sandbox.write('BoundBy-needs.service', 'needs-that.service\n');
    sandbox.write('TriggeredBy-app.service', 'app.socket\n');
    expect(around(['stop', 'job', '60', 'unit', 'unit=app.service'])).toMatchObject(GOOD);
    expect(around(['end', 'job'])).toMatchObject(GOOD);
    const all = 'app.service needs.service app.socket needs-that.service';
    expect(calls()).toEqual([`systemctl stop ${all}`, `systemctl start ${all}`]);
  });

  test('is a unit that is frozen', () => {
    sandbox.write('ActiveState-app.service', 'active\n');
    expect(around(['pause', 'job', '60', 'unit', 'unit=app.service', 'unit=off.service'])).toMatchObject(
      GOOD,
    );
    sandbox.write('FreezerState-app.service', 'frozen\n');
    expect(around(['end', 'job'])).toMatchObject(GOOD);
    expect(calls()).toEqual(['systemctl freeze app.service', 'systemctl thaw app.service']);
  });

  test('is a guest', () => {
    container('104', 'RUNNING');
    expect(around(['pause', 'job', '60', 'lxc', 'guest=104'])).toMatchObject(GOOD);
    container('104', 'FROZEN');
    expect(around(['end', 'job'])).toMatchObject(GOOD);
    container('104', 'RUNNING');
    expect(around(['stop', 'job', '60', 'lxc', 'guest=104'])).toMatchObject(GOOD);
    container('104', 'STOPPED');
    expect(around(['end', 'job'])).toMatchObject(GOOD);
    expect(calls()).toEqual([
      ...['lxc-freeze --name 104', 'lxc-unfreeze --name 104'],
      ...['pct shutdown 104 --timeout 60', 'pct start 104'],
    ]);
  });
});

describe('hooks', () => {
  const note = (word: string) => [
    'sh',
    '-c',
    `echo ${word} "$RESTIC_PASSWORD_FILE$1" >>'${sandbox.at('log')}'`,
    'sh',
    "it's 'x'",
  ];
  const owe = (when: string, word = when) => around(['owe', 'job', when, '60', ...note(word)]);

  test('run in order at the end, once, and see nothing of the repository', () => {
    for (const when of ['after', 'on_success', 'on_failure', 'resume']) expect(owe(when)).toMatchObject(GOOD);
    expect(around(['end', 'job', 'sh', '-c', `echo also >>'${sandbox.at('log')}'`], 'success')).toMatchObject(
      GOOD,
    );
    expect(around(['end', 'job'], 'success')).toMatchObject(GOOD);
    expect(calls()).toEqual(["resume it's 'x'", 'also', "after it's 'x'", "on_success it's 'x'"]);
  });

  test('of a failure run where the job failed, where another hook did, and where it was killed', () => {
    for (const end of [['end', 'job'], ['begin', 'job'], ['recover']]) {
      owe('on_success');
      owe('on_failure');
      expect(around(end, end[0] === 'end' ? 'exit-code' : 'success')).toMatchObject(GOOD);
    }
    around(['owe', 'job', 'after', '60', 'false']);
    owe('on_success');
    owe('on_failure');
    expect(around(['end', 'job'], 'success')).toMatchObject({
      code: 1,
      err: expect.stringContaining('this failed: 60 false'),
    });
    expect(calls()).toEqual(Array.from({ length: 4 }, () => "on_failure it's 'x'"));
    expect(owed()).toEqual([]);
  });

  test('of a success do not run where the job was stopped before its own program ran', () => {
    owe('on_success');
    owe('on_failure');
    expect(around(['end', 'job'], 'success', '')).toMatchObject(GOOD);
    expect(calls()).toEqual(["on_failure it's 'x'"]);
  });

  test('keep every byte of their words', () => {
    const words = ['', '\n', "'\n'\n\n", '$HOME `x` "%h" \\', 'ü\u2028', '-n', ';'];
    const script = `for word; do printf '%s|' "$word"; done >'${sandbox.at('log')}'`;
    around(['owe', 'job', 'after', '60', 'sh', '-c', script, 'sh', ...words]);
    expect(around(['end', 'job'], 'success')).toMatchObject(GOOD);
    expect(readFileSync(sandbox.at('log'), 'utf8')).toBe(`${words.join('|')}|`);
  });

  test('that cannot be read any more keep nothing from being done, and are told of', () => {
    owe('after');
    sandbox.write('home/stowage/lab/owed/job/0-0000-held', "'stop '60 'docker' 'web");
    sandbox.write('home/stowage/lab/owed/job/2-0009-after', '');
    expect(around(['end', 'job'], 'success')).toMatchObject({
      code: 1,
      err: expect.stringContaining('0-0000-held cannot be read'),
    });
    expect(calls()).toEqual(["after it's 'x'"]);
    expect(owed()).toEqual([]);
  });

  test('that take too long are ended', () => {
    expect(around(['run', '1', 'sleep', '30'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('it took longer than 1 seconds: sleep 30'),
    });
  });

  test('are left to a job that runs', () => {
    owe('after');
    sandbox.write('ActiveState-job.service', 'activating\n');
    expect(around(['recover'])).toMatchObject(GOOD);
    expect(owed()).toEqual(['2-0000-after']);
    sandbox.write('ActiveState-job.service', 'failed\n');
    expect(around(['recover'])).toMatchObject(GOOD);
    expect(owed()).toEqual([]);
  });

  test('of a job that runs are waited for by who would hear of its end from nobody', () => {
    owe('after');
    sandbox.write('ActiveState-job.service', 'activating\n');
    standIn('sleep', `echo failed >"$ENGINE_FOLDER/../ActiveState-job.service"\n`);
    expect(around(['recover', 'wait'])).toMatchObject(GOOD);
    expect(calls()).toEqual(["after it's 'x'"]);
    expect(owed()).toEqual([]);
  });
});
