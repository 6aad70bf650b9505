import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { Sandbox } from '../../support/sandbox.js';
import { SHELL } from '../../support/shell.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  mkdirSync(sandbox.at('spool'));
});
afterEach(() => sandbox.remove());

/** What knows the engine: answers as engines' scripts do, and notes the password that it was given. */
const ENGINE = `
mode=$1
shift 3
[ "$mode" = check ] || { IFS= read -r password; printf '%s:%s\\n' "$mode" "$password" >>"$AT/calls"; }
env >>"$AT/environment"
case $mode in
  room) echo 1 ;;
  parts) printf 'globals.sql\\napp.dump\\n' ;;
  dump) [ ! -e "$AT/broken" ] || exit 3; printf 'content of %s' "$1"; [ ! -e "$AT/slow" ] || sleep 20 ;;
  check) grep -q 'content of' ;;
  *)
    printf '%s %s %s\\n' "$mode" "$1" "$(cat)" >>"$AT/loaded"
    [ "$mode" != "$(cat "$AT/failing" 2>/dev/null)" ]
    ;;
esac
`;

function script(name: string, words: readonly string[], waitMs = 0) {
  const file = sandbox.write(
    `${name}.sh`,
    builtinTemplates().render(`kubernetes/${name}.sh.hbs`, { header: 'test' }),
  );
  sandbox.write('dumps/postgresql.sh', ENGINE);
  const [program, ...first] = SHELL;
  const env = {
    PATH: process.env.PATH ?? '',
    AT: sandbox.folder,
    STOWAGE_PASSWORD: "p'w $(x)",
    PGHOST: 'db',
  };
  const { status, stderr } = spawnSync(program, [...first, file, ...words], {
    ...{ env, encoding: 'utf8' },
    ...(waitMs === 0 ? {} : { timeout: waitMs, killSignal: 'SIGTERM' as const }),
  });
  return { status, stderr };
}

const OPTIONS = ['--name=db', '--file=db', '--engine=postgresql'];
const FOLDER = [...OPTIONS, '--shape=folder', '--min-size=10', '--timeout=5'];
const spooled = () => readdirSync(sandbox.at('spool')).sort();

describe(`dump.sh by ${SHELL[0]}`, () => {
  const dump = (...words: string[]) => script('dump', [`--to=${sandbox.at('spool')}`, ...words]);

  test('writes a file for each part, for its owner alone', () => {
    expect(dump(...FOLDER, '--')).toMatchObject({ status: 0 });
    expect(spooled()).toEqual(['db']);
    expect(sandbox.text('spool/db/globals.sql')).toBe('content of globals.sql');
    expect(sandbox.text('spool/db/app.dump')).toBe('content of app.dump');
    expect(statSync(sandbox.at('spool/db')).mode & 0o777).toBe(0o700);
  });

  test('gives the password to the script on its first line, and nothing has it in its environment', () => {
    dump(...FOLDER, '--');
    expect(sandbox.calls()).toEqual(["parts:p'w $(x)", "dump:p'w $(x)", "dump:p'w $(x)"]);
    expect(sandbox.text('environment')).toContain('PGHOST=db');
    expect(sandbox.text('environment')).not.toContain('STOWAGE_PASSWORD');
    expect(sandbox.text('environment')).not.toContain("p'w");
  });

  test.each([
    ['the engine fails', 'broken', FOLDER, 'postgresql did not dump it (3)'],
    ['it is too small', 'fine', FOLDER.map((one) => one.replace('size=10', 'size=99')), 'it has 41 bytes'],
  ])('leaves nothing where %s, and takes away what was there', (_what, file, options, message) => {
    sandbox.write(file, '');
    sandbox.write('spool/db/old', 'content of yesterday');
    const { status, stderr } = dump(...options, '--');
    expect(status).toBe(1);
    expect(stderr).toContain(`stowage: dump db: ${message}`);
    expect(spooled()).toEqual([]);
  });

  test('leaves nothing when it is stopped', () => {
    sandbox.write('slow', '');
    const words = [`--to=${sandbox.at('spool')}`, ...FOLDER, '--'];
    const before = Date.now();
    script('dump', words, 1500);
    expect(Date.now() - before).toBeLessThan(10_000);
    expect(spooled()).toEqual([]);
  });

  test('writes what a command of the contract says', () => {
    const words = ['--name=zip', '--file=app.zip', '--engine=command', '--shape=file', '--min-size=1'];
    expect(dump(...words, '--timeout=5', '--', 'printf', '%s', "a  'b")).toMatchObject({ status: 0 });
    expect(sandbox.text('spool/app.zip')).toBe("a  'b");
    const { status, stderr } = dump(...words, '--timeout=5', '--', 'sh', '-c', 'echo half; exit 4');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'stowage: dump zip: its command failed (4)\n',
    });
    expect(spooled()).toEqual([]);
  });
});

describe(`load-dump.sh by ${SHELL[0]}`, () => {
  const load = () => script('load-dump', [`--to=${sandbox.at('spool')}`, ...FOLDER, '--']);

  beforeEach(() => {
    for (const name of ['app.dump', 'globals.sql']) sandbox.write(`spool/db/${name}`, `content of ${name}`);
  });

  test('loads roles first, everything beside the live data, and lets it take its place at the end', () => {
    expect(load()).toMatchObject({ status: 0 });
    const steps = (mode: string, ...names: string[]) =>
      names.map((name) => `${mode} ${name} content of ${name}`);
    expect(sandbox.lines('loaded')).toEqual([
      ...steps('prepare', 'globals.sql', 'app.dump'),
      ...steps('load', 'globals.sql', 'app.dump'),
      ...steps('finish', 'app.dump', 'globals.sql'),
    ]);
    expect(sandbox.calls().every((call) => call.endsWith("p'w $(x)"))).toBe(true);
  });

  test('restores nothing of a dump that cannot be loaded', () => {
    sandbox.write('failing', 'load');
    const { status, stderr } = load();
    expect(status).toBe(1);
    expect(stderr).toContain('Nothing is restored, and the database is what it was.');
    expect(sandbox.lines('loaded').map((line) => line.split(' ')[0])).toEqual([
      ...['prepare', 'prepare', 'load', 'undo', 'undo'],
    ]);
  });

  test('restores nothing of a dump that is not whole', () => {
    sandbox.write('spool/db/app.dump', 'cut');
    expect(load()).toMatchObject({ status: 1 });
    expect(sandbox.has('loaded')).toBe(false);
  });
});

describe(`send-dump.sh by ${SHELL[0]}`, () => {
  beforeEach(() => {
    mkdirSync(sandbox.at('dumps/db'), { recursive: true });
    sandbox.write('dumps/db/globals.sql', 'roles');
    sandbox.write(
      'send-dump.sh',
      builtinTemplates()
        .render('kubernetes/send-dump.sh.hbs', { header: 'test' })
        .replaceAll('/dumps', sandbox.at('dumps')),
    );
  });
  const send = () => {
    const [program, ...first] = SHELL;
    return spawnSync(program, [...first, sandbox.at('send-dump.sh')], { encoding: 'utf8' });
  };

  test('sends an archive of the dump', () => {
    const { status, stdout } = send();
    expect(status).toBe(0);
    const listed = spawnSync('tar', ['-tf', '-'], { input: stdout, encoding: 'utf8' }).stdout;
    expect(listed).toContain('./db/globals.sql');
  });

  test('sends nothing of a dump that is no new one', () => {
    const long_ago = Date.now() / 1000 - 7 * 3600;
    utimesSync(sandbox.at('dumps/db'), long_ago, long_ago);
    expect(send()).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('six hours') });
  });

  test('sends nothing where there is none', () => {
    spawnSync('rm', ['-r', sandbox.at('dumps/db')]);
    expect(send()).toMatchObject({ status: 1, stdout: '' });
  });
});
