import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Sandbox } from '../../support/sandbox.js';
import { builtinTemplates } from '../../../src/template/engine.js';

const ID = '5'.repeat(64);
const SNAPSHOT = { time: '2001-02-03T04:05:06Z', hostname: 'app', tags: ['service:app'], id: ID };

/** An engine that says what it is told; a file that holds the name of a step fails there. */
const ENGINE = `mode=$1
shift 3
[ "$mode" = check ] || IFS= read -r password
text=$(cat)
echo "$mode $1: \${password-}/$text" >>"$AT/log"
case $text in *"not whole"*) [ "$mode" != check ] || exit 1 ;; *"$mode"*) exit 3 ;; esac
`;

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.write('dumps/stub.sh', ENGINE);
  sandbox.write('snapshots', JSON.stringify([SNAPSHOT]));
  mkdirSync(sandbox.at('backup/app/dumps/main'), { recursive: true });
  sandbox.write('backup/app/dumps/main/globals.sql', 'roles');
  sandbox.write('backup/app/dumps/main/a b.dump', 'rows');
  sandbox.write('backup/app/dumps/main/%2Fc.dump', 'more');
  sandbox.write('backup/app/dumps/one.sql', 'all');
  sandbox.standIn(
    'restic-main.sh',
    `command=$1
for last do :; done
case $command in
  snapshots) cat "$AT/snapshots" ;;
  ls) find "$AT$last" -type f -printf '{"name":"x","type":"file","path":"x","size":%s,"mode":1}\\n' 2>/dev/null ;;
  dump) if [ -d "$AT$last" ]; then tar -c -C "$AT" ".$last"; else cat "$AT$last"; fi ;;
esac`,
  );
});
afterEach(() => sandbox.remove());

const script = (dump: Readonly<Record<string, unknown>> = {}, enter: readonly string[] = []) => {
  const text = builtinTemplates().render('host/restore-dump.sh.hbs', {
    ...{ header: 'test', service_id: 'app', command: 'restore-dump', host: 'app', tag: 'service:app', enter },
    is_user: false,
    restic_command: sandbox.at('bin/restic-main.sh'),
    dump: {
      ...{
        name: 'main',
        engine: 'stub',
        shape: 'folder',
        file: 'main',
        snapshot_path: '/backup/app/dumps/main',
      },
      ...{
        user: '',
        path: '',
        is_below_home: false,
        password_file: '',
        databases: [],
        restore_command: null,
        is_stream: false,
        ...dump,
      },
    },
  });
  return sandbox.write('restore-dump.sh', text.replaceAll('/var/tmp/', `${sandbox.folder}/`));
};
const restore = (args: readonly string[] = [], file = script()) => sandbox.run(file, ['latest', ...args]);
const log = () => sandbox.lines('log').filter((line) => !/^(?:check|room)/.test(line));
/** Nothing private is left behind. */
const isClean = () => readdirSync(sandbox.folder).every((name) => !name.startsWith('stowage-restore-dump'));
const ONE = { shape: 'file', file: 'one.sql', snapshot_path: '/backup/app/dumps/one.sql' };

describe('a dump is restored', () => {
  test('step by step: roles before databases, and nothing takes its place before all is loaded', () => {
    expect(restore()).toMatchObject({ code: 0, out: '' });
    expect(log()).toEqual([
      ...['prepare globals.sql: /roles', 'prepare %2Fc.dump: /more', 'prepare a b.dump: /rows'],
      ...['load globals.sql: /roles', 'load %2Fc.dump: /more', 'load a b.dump: /rows'],
      ...['finish %2Fc.dump: /more', 'finish a b.dump: /rows', 'finish globals.sql: /roles'],
    ]);
    expect(isClean()).toBe(true);
  });

  test('of one file', () => {
    expect(restore([], script(ONE))).toMatchObject({ code: 0 });
    expect(log()).toEqual(['prepare -: /all', 'load -: /all', 'finish -: /all']);
  });

  test('of a stream, under its name or at the top of its snapshot, as restic 0.18.0 saves it', () => {
    const stream = { ...ONE, is_stream: true };
    sandbox.standIn(
      'restic-main.sh',
      `command=$1
for last do :; done
case $command in
  snapshots) cat "$AT/snapshots" ;;
  ls) cat "$AT/nodes" ;;
  dump) echo "$last" ;;
esac`,
    );
    const node = (name: string) =>
      sandbox.write('nodes', `{"name":"one.sql","type":"file","path":"${name}","size":3,"mode":1}\n`);
    for (const name of ['/backup/app/dumps/one.sql', '/one.sql']) {
      node(name);
      expect(restore([], script(stream))).toMatchObject({ code: 0 });
      expect(log()).toContain(`load -: /${name}`);
    }
  });

  test('only the databases that are named', () => {
    expect(restore(['--database', '/c'])).toMatchObject({ code: 0 });
    expect(log().map((line) => line.replace(/:.*/, ''))).toEqual([
      ...['prepare globals.sql', 'prepare %2Fc.dump', 'load globals.sql', 'load %2Fc.dump'],
      ...['finish %2Fc.dump', 'finish globals.sql'],
    ]);
    expect(restore(['--database=none'])).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('there is no database none in the dump') },
    });
  });

  test('where its words say, or those that are typed, with the password of a file', () => {
    sandbox.standIn('enter', 'shift; exec "$@"');
    sandbox.write('password', 'secret\n');
    restore(['--password-file', sandbox.at('password')], script(ONE, ['enter', 'the place']));
    restore(['--', 'enter', 'elsewhere'], script(ONE, ['enter', 'the place']));
    const entered = sandbox.calls().filter((call) => call.startsWith('enter'));
    expect(entered.map((call) => call.replace(/ \/bin\/sh[^]*/, ''))).toEqual([
      ...Array<string>(4).fill('enter the place'),
      ...Array<string>(4).fill('enter elsewhere'),
    ]);
    expect(entered.join('\n')).not.toContain('secret');
    expect(log()[0]).toBe('prepare -: secret/all');
  });

  test('into the file that its contract has, or another one', () => {
    sandbox.write('dumps/stub.sh', ENGINE.replace('shift 3', 'echo "$3" >>"$AT/paths"; shift 3'));
    const file = script({ ...ONE, path: '/data/x' });
    restore([], file);
    restore(['--path', '/srv/y z', '--'], file);
    // Whether a dump is whole is asked without a path.
    expect([...new Set(sandbox.lines('paths'))]).toEqual(['', '/data/x', '/srv/y z']);
  });

  test('by the command of its contract, or not at all', () => {
    const command = { ...ONE, engine: 'command' };
    sandbox.standIn('load it', 'cat >"$AT/loaded"');
    expect(restore([], script({ ...command, restore_command: ['load it', "it's"] }))).toMatchObject({
      code: 0,
    });
    expect(sandbox.text('loaded')).toBe('all');
    expect(sandbox.calls()).toContain("load it it's");
    expect(restore([], script(command))).toMatchObject({
      code: 1,
      err: expect.stringContaining('no restore_command'),
    });
  });
});

test('its files can be had without a database', () => {
  expect(restore(['--keep', sandbox.at('kept'), '--files-only'])).toMatchObject({ code: 0 });
  expect(readdirSync(sandbox.at('kept')).sort()).toEqual(['%2Fc.dump', 'a b.dump', 'globals.sql']);
  expect(readFileSync(sandbox.at('kept/a b.dump'), 'utf8')).toBe('rows');
  expect(log()).toEqual([]);
  expect(restore(['--keep', sandbox.at('kept')])).toMatchObject({
    code: 1,
    err: expect.stringContaining('is not empty'),
  });
});

describe('nothing is changed', () => {
  test('where a file of the dump is not whole', () => {
    sandbox.write('backup/app/dumps/main/a b.dump', 'not whole');
    expect(restore()).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('the dump in the snapshot is not whole: a b.dump') },
    });
    expect(log()).toEqual([]);
    expect(isClean()).toBe(true);
  });

  test('where one cannot be loaded; what was made beside it goes', () => {
    sandbox.write('backup/app/dumps/main/a b.dump', 'fails to load');
    expect(restore()).toMatchObject({ code: 1, err: expect.stringContaining('the database is what it was') });
    expect(log().slice(-3)).toEqual(['undo globals.sql: /', 'undo %2Fc.dump: /', 'undo a b.dump: /']);
    expect(log().join()).not.toContain('finish');
    expect(isClean()).toBe(true);
  });

  test('where the snapshot has no such dump, or there is no room', () => {
    expect(restore([], script({ snapshot_path: '/backup/app/dumps/none' }))).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('has no dump') },
    });
    sandbox.standIn(
      'df',
      "printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\na 9 9 0 50%% /x\\n'",
    );
    expect(restore()).toMatchObject({ code: 1, err: expect.stringContaining('has room for 0') });
    expect(log()).toEqual([]);
  });
});

test('a step at the end that fails removes nothing', () => {
  sandbox.write('backup/app/dumps/main/a b.dump', 'fails to finish');
  expect(restore()).toMatchObject({
    code: 1,
    err: expect.stringContaining('Not all of it has taken its place'),
  });
  expect(log().join()).not.toContain('undo');
  expect(existsSync(sandbox.at('log'))).toBe(true);
});
