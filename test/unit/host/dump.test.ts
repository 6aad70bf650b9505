import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Sandbox } from '../../support/sandbox.js';
import { builtinTemplates } from '../../../src/template/engine.js';

/** An engine that says what it is told. Its server has the databases `a b` and `c`, and a password. */
const ENGINE = `mode=$1 user=$2 path=$3
shift 3
[ "$mode" = check ] || { IFS= read -r password; echo "$mode user=$user path=$path password=$password $*" >>"$ENGINE_LOG"; }
case $mode in
  parts) if [ "$#" -eq 0 ]; then printf 'globals.sql\\na b.dump\\nc.dump\\n'; else printf '%s\\n' "$@"; fi ;;
  room) cat "$ENGINE_ROOM" ;;
  dump) if [ "$path" = broken ]; then echo half; echo 'the engine says why' >&2; exit 3; fi; echo "dump of $1: whole" ;;
  check) grep -q whole ;;
esac
`;

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.write('dump.sh', builtinTemplates().render('host/dump.sh.hbs', { header: 'test' }));
  sandbox.write(
    'dumps/stub.sh',
    ENGINE.replace('$ENGINE_LOG', sandbox.at('log')).replace('$ENGINE_ROOM', sandbox.at('room')),
  );
  sandbox.write('room', '10\n');
  sandbox.write('password', 'secret\nmore\n');
  mkdirSync(sandbox.at('spool'));
  sandbox.write('spool/app', 'of yesterday\n');
  sandbox.standIn(
    'df',
    "printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\na b 9 9 1 50%% /x y\\n'",
  );
});
afterEach(() => sandbox.remove());

const OPTIONS = () => [
  'dump',
  `--to=${sandbox.at('spool')}`,
  '--name=app',
  '--file=app',
  `--sizes=${sandbox.at('sizes')}`,
];
const dump = (more: readonly string[], enter: readonly string[] = []) =>
  sandbox.run(sandbox.at('dump.sh'), [...OPTIONS(), ...more, '--', ...enter], {
    RESTIC_PASSWORD_FILE: '/etc/pw',
  });
const spool = () => readdirSync(sandbox.at('spool')).sort();
const content = (name: string) => readFileSync(sandbox.at(name), 'utf8');
const failed = (words: string) => ({
  code: 1,
  err: expect.stringContaining(`<3>stowage: dump app: ${words}`),
});
const STUB = ['--engine=stub'];

describe('a dump', () => {
  test('of one file takes the place of the last one; its size is noted', () => {
    expect(
      dump([...STUB, '--user=u', '--path=/data/x y', `--password-file=${sandbox.at('password')}`]),
    ).toEqual({
      ...{ code: 0, out: '', err: '' },
    });
    expect(spool()).toEqual(['app']);
    expect(content('spool/app')).toBe('dump of -: whole\n');
    expect(statSync(sandbox.at('spool/app')).mode & 0o777).toBe(0o600);
    expect(content('sizes/app')).toBe('17\n');
    expect(sandbox.lines('log')).toEqual([
      'room user=u path=/data/x y password=secret ',
      'dump user=u path=/data/x y password=secret -',
    ]);
  });

  test('of a folder has a file for each part', () => {
    expect(dump([...STUB, '--shape=folder'])).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(sandbox.at('spool/app')).sort()).toEqual(['a b.dump', 'c.dump', 'globals.sql']);
    expect(content('spool/app/a b.dump')).toBe('dump of a b.dump: whole\n');
    expect(sandbox.lines('log')[1]).toBe('parts user= path= password= ');
  });

  test('of named databases asks for these, whatever they are called', () => {
    expect(dump([...STUB, '--shape=folder', '--database=x *', '--database=$HOME'])).toMatchObject({
      code: 0,
    });
    expect(readdirSync(sandbox.at('spool/app')).sort()).toEqual(['$HOME', 'x *']);
  });

  test('of one file is told which databases are meant', () => {
    expect(dump([...STUB, '--database=x y'])).toMatchObject({ code: 0 });
    expect(sandbox.lines('log')[1]).toBe('dump user= path= password= - x y');
  });

  test('of a command is what it writes, without what the job has for restic', () => {
    sandbox.write(
      'bin/enter',
      `#!/bin/sh\necho "\${RESTIC_PASSWORD_FILE-none}"; cat; printf '%s;' "$@"\n`,
      0o755,
    );
    expect(dump(['--engine=command'], ['enter', "it's", 'a  b', '$x'])).toMatchObject({ code: 0 });
    expect(content('spool/app')).toBe("none\nit's;a  b;$x;");
  });

  test('runs where the database is', () => {
    sandbox.write('bin/enter', `#!/bin/sh\n[ "$1" = 'the place' ] || exit 9\nshift\nexec "$@"\n`, 0o755);
    expect(dump(STUB, ['enter', 'the place'])).toMatchObject({ code: 0 });
    expect(content('spool/app')).toBe('dump of -: whole\n');
  });
});

describe('no dump is left, and none of another day', () => {
  test.each<[string, readonly string[], string]>([
    ['the engine fails', [...STUB, '--path=broken'], 'stub did not dump it (3)'],
    ['it is too small', [...STUB, '--min-size=18'], 'it has 17 bytes, and its contract says at least 18'],
    ['its password cannot be read', [...STUB, '--password-file=/nowhere'], 'its password cannot be read'],
    ['there is no such engine', ['--engine=other'], "there is no script for the engine 'other'"],
  ])('where %s', (_why, options, words) => {
    expect(dump(options)).toMatchObject(failed(words));
    expect(spool()).toEqual([]);
    expect(existsSync(sandbox.at('sizes/app'))).toBe(false);
  });

  test('where it is not whole', () => {
    sandbox.write('dumps/stub.sh', `[ "$1" = check ] && { echo 'it is cut' >&2; exit 1; }; echo half`);
    expect(dump(STUB)).toMatchObject({
      code: 1,
      err: 'it is cut\n<3>stowage: dump app: what stub wrote is no whole dump\n',
    });
    expect(spool()).toEqual([]);
  });

  test('where a part of a folder fails', () => {
    expect(dump([...STUB, '--shape=folder', '--path=broken'])).toMatchObject(failed('stub did not dump it'));
    expect(spool()).toEqual([]);
  });

  test('where a command fails, or writes nothing', () => {
    expect(dump(['--engine=command'], ['sh', '-c', 'echo x; exit 4'])).toMatchObject(
      failed('its command failed (4)'),
    );
    expect(spool()).toEqual([]);
    expect(dump(['--engine=command'], ['true'])).toMatchObject(failed('it has 0 bytes'));
    expect(spool()).toEqual([]);
  });

  test('where it takes too long', () => {
    expect(dump(['--engine=command', '--timeout=0'], ['sleep', '9'])).toMatchObject(
      failed('it took longer than 0 minutes'),
    );
    expect(spool()).toEqual([]);
  });
});

describe('room', () => {
  test('is what the last one took and a fifth', () => {
    sandbox.write('sizes/app', '853\n');
    expect(dump(STUB)).toMatchObject({ code: 0 });
    sandbox.write('sizes/app', '854\n');
    expect(dump(STUB)).toMatchObject({ code: 0 });
    sandbox.write('sizes/app', '855\n');
    expect(dump(STUB)).toMatchObject(
      failed(`it needs about 1026 bytes, and '${sandbox.at('spool')}' has 1024`),
    );
    expect(spool()).toEqual([]);
  });

  test('is what the server believes, at first, and nothing where it does not know', () => {
    sandbox.write('room', '1025\n');
    expect(dump(STUB)).toMatchObject(failed('it needs about 1025 bytes'));
    sandbox.write('room', '');
    expect(dump(STUB)).toMatchObject({ code: 0 });
  });
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('a stop by %s ends it at once', async (signal) => {
  const words = [
    sandbox.at('dump.sh'),
    ...OPTIONS(),
    '--engine=command',
    '--',
    'sh',
    '-c',
    'echo x; exec sleep 60',
  ];
  const running = spawn('sh', words, { stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => running.on('exit', resolve));
  for (
    let i = 0;
    i < 100 && !(existsSync(sandbox.at('spool/app.partial')) && content('spool/app.partial') !== '');
    i += 1
  )
    await sleep(50);
  expect(spool()).toEqual(['app.partial']);
  running.kill(signal);
  expect(await ended).toBeGreaterThan(128);
  expect(spool()).toEqual([]);
});

describe('a spool', () => {
  test('is emptied, links and all, and what they lead to is not', () => {
    sandbox.write('elsewhere/kept', 'x');
    sandbox.write('spool/.hidden/deep', 'x');
    symlinkSync(sandbox.at('elsewhere'), sandbox.at('spool/link'));
    expect(sandbox.run(sandbox.at('dump.sh'), ['clear', sandbox.at('spool')])).toMatchObject({
      code: 0,
      err: '',
    });
    expect(spool()).toEqual([]);
    expect(existsSync(sandbox.at('elsewhere/kept'))).toBe(true);
  });

  test('that is not there is said', () => {
    expect(sandbox.run(sandbox.at('dump.sh'), ['clear', sandbox.at('none')])).toMatchObject({
      ...{ code: 1, err: `<3>stowage: there is no folder '${sandbox.at('none')}'\n` },
    });
  });
});
