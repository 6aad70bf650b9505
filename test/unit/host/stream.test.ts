import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { Sandbox } from '../../support/sandbox.js';

const ID = '7'.repeat(64);
const SNAPSHOT = {
  ...{ time: '2026-03-01T02:30:00Z', tree: ID, hostname: 'shop', id: ID },
  ...{ tags: ['service:shop', 'part:dump-db'], paths: ['/backup/shop/dumps/db.sql'] },
};

/** It reads its input to the end, which saves a snapshot; told to stop, it does so once there is something to read. */
const RESTIC = `#!/bin/sh
case $1 in
  version) echo "restic $(cat "$AT/version") compiled with go1.25 on linux/amd64" ;;
  snapshots) if [ -f "$AT/saved" ]; then cat "$AT/list"; else echo '[]'; fi ;;
  backup)
    case "$*" in *incomplete*) cat >/dev/null; echo "$*" >"$AT/marked"; exit ;; esac
    stopped=no
    trap 'stopped=yes' TERM
    echo "$*" >"$AT/told"
    exec 3<&0
    while [ "$stopped" = no ]; do
      dd bs=1000 count=1 <&3 2>/dev/null >"$AT/block"
      [ -s "$AT/block" ] || break
      [ "$stopped" = yes ] || cat "$AT/block" >>"$AT/input"
    done
    [ "$stopped" = no ] || exit 130
    : >"$AT/saved"
    echo "snapshot 77777777 saved"
    ;;
esac
`;

/** An engine that writes what a file says, and ends as another one says. */
const ENGINE = `mode=$1
shift 3
case $mode in
  dump) cat "$STUB/content"; exit "$(cat "$STUB/code")" ;;
  check) tail -n 1 | grep -qx whole ;;
esac
`;

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  const script = (name: string) =>
    sandbox.write(name, builtinTemplates().render(`host/${name}.hbs`, { header: 'test' }));
  script('dump.sh');
  script('backup-stream.sh');
  sandbox.write('dumps/stub.sh', ENGINE.replaceAll('$STUB', sandbox.folder));
  sandbox.write('bin/restic', RESTIC, 0o755);
  sandbox.standIn('systemctl');
  sandbox.write('list', `${JSON.stringify([SNAPSHOT])}\n`);
  sandbox.write('version', '0.19.1\n');
  sandbox.write('code', '0\n');
  sandbox.write('content', `${'row\n'.repeat(2000)}whole\n`);
  mkdirSync(sandbox.at('state'));
});
afterEach(() => {
  // What waits for somebody to read.
  spawnSync('pkill', ['-KILL', '-f', sandbox.folder]);
  sandbox.remove();
});

/** systemd-run that starts a program and goes on; what is left of it ends with the test. */
const beside = (before = '') =>
  sandbox.standIn(
    'systemd-run',
    `while case $1 in --*) true ;; *) false ;; esac; do shift; done\n${before}\nsh "$@" >/dev/null 2>&1 </dev/null &\necho $! >"$AT/unit"`,
  );

const FOLDER = () => sandbox.at('run/shop--db');
function start(more: readonly string[] = ['--engine=stub'], enter: readonly string[] = []): void {
  const { code, err } = sandbox.run(
    sandbox.at('dump.sh'),
    ['start', 'source', FOLDER(), 'root', '--name=db', '--file=db.sql', ...more, '--', ...enter],
    { RESTIC_PASSWORD: 'secret' },
  );
  expect({ code, err }).toEqual({ code: 0, err: '' });
}
const OPTIONS = ['--host=shop', '--tag=service:shop', '--tag=part:dump-db', '--retry-lock=1m', '--accept=a'];
const words = (least: number) => [
  ...[FOLDER(), String(least), '/backup/shop/dumps/db.sql', ...OPTIONS, '--take-over=t'],
  ...[`--state=${sandbox.at('state')}`, '--', '--group-by=host,tags'],
];
const backUp = (least = 10) => sandbox.run(sandbox.at('backup-stream.sh'), words(least));
const run = () =>
  spawn('sh', [sandbox.at('backup-stream.sh'), ...words(1)], {
    env: { PATH: `${sandbox.at('bin')}:${process.env.PATH ?? ''}`, AT: sandbox.folder },
    stdio: 'ignore',
  });
const NOTHING = { saved: false, marked: '' };
const left = () => ({ saved: sandbox.has('saved'), marked: sandbox.text('marked') });

describe('a dump that is streamed', () => {
  test('is saved whole, under its name, once it is known to be whole', () => {
    beside();
    start();
    expect(backUp()).toMatchObject({ code: 0, err: '' });
    expect(sandbox.text('input')).toBe(sandbox.text('content'));
    expect(sandbox.text('told')).toContain('--stdin --stdin-filename /backup/shop/dumps/db.sql\n');
    expect(left()).toEqual({ saved: true, marked: '' });
  });

  test('lies at the top of its snapshot with a restic that takes no folder in its name', () => {
    sandbox.write('version', '0.18.0\n');
    beside();
    start();
    expect(backUp().code).toBe(0);
    expect(sandbox.text('told')).toContain('--stdin-filename /db.sql\n');
  });

  test('is told nothing of restic, and its words are those of the contract', () => {
    beside();
    start(['--engine=command'], ['sh', '-c', 'env; echo "$0 $1"', 'a $HOME', "it's"]);
    expect(backUp().code).toBe(0);
    expect(sandbox.text('input')).toContain("a $HOME it's\n");
    expect(sandbox.text('input')).not.toMatch(/RESTIC|secret/);
  });

  test('is in a folder that only root can write to', () => {
    beside('exit');
    start();
    expect(statSync(FOLDER()).mode & 0o777).toBe(0o750);
    expect(statSync(`${FOLDER()}/pipe`).mode & 0o777).toBe(0o640);
    expect(statSync(`${FOLDER()}/words`).mode & 0o777).toBe(0o600);
    expect(sandbox.run(sandbox.at('dump.sh'), ['stop', 'source', FOLDER()]).code).toBe(0);
    expect(sandbox.has('run/shop--db')).toBe(false);
    expect(sandbox.calls()).toContain('systemctl stop source.service');
  });
});

describe('no snapshot is made of a dump', () => {
  test.each([
    ['whose command fails after all of it', '3\n', 'row\nwhole\n', 'stub did not dump it (3)'],
    ['that is cut', '0\n', 'row\n'.repeat(3000), 'what stub wrote is no whole dump'],
    ['that is empty', '0\n', '', 'what stub wrote is no whole dump'],
    ['that is too small', '0\n', 'whole\n', 'has 6 bytes, and its contract says at least 10 (min_size)'],
  ])('%s', (_what, code, content, why) => {
    sandbox.write('code', code);
    sandbox.write('content', content);
    beside();
    start();
    const { code: ended, err } = backUp();
    expect(ended).not.toBe(0);
    expect(err).toContain(why);
    expect(left()).toEqual(NOTHING);
  });

  test('of nothing, by a command that ends well', () => {
    beside();
    start(['--engine=command'], ['true']);
    expect(backUp(0).err).toContain('has 0 bytes');
    expect(left()).toEqual(NOTHING);
  });

  test('that ended before anybody read it', async () => {
    beside();
    start(['--engine=none']);
    while (!sandbox.has('run/shop--db/end')) await sleep(20);
    expect(backUp().err).toContain("there is no script for the engine 'none'");
    expect(left()).toEqual(NOTHING);
  });

  test.each([
    ['what makes it', 'unit'],
    ['what hands it to restic', 'reader'],
  ])('where %s is killed', async (_what, victim) => {
    sandbox.write(
      'bin/dd',
      '#!/bin/sh\n[ "$1" != bs=64k ] || echo $$ >"$AT/reader"\nexec /bin/dd "$@"\n',
      0o755,
    );
    beside();
    start(['--engine=command'], ['sh', '-c', 'echo row; sleep 1; echo row']);
    const job = run();
    while (sandbox.text('input') === '') await sleep(20);
    process.kill(Number(sandbox.text(victim)), 'SIGKILL');
    expect(await once(job, 'exit')).toEqual([130, null]);
    expect(left()).toEqual(NOTHING);
  });

  test('that was killed before anybody read it', async () => {
    beside('exit');
    start();
    const job = run();
    await sleep(300);
    expect(sandbox.run(sandbox.at('dump.sh'), ['ended', FOLDER()]).code).toBe(0);
    expect(await once(job, 'exit')).not.toEqual([0, null]);
    expect(left()).toEqual(NOTHING);
  });

  test('whose job is stopped', async () => {
    beside();
    start(['--engine=command'], ['sh', '-c', 'echo row; exec sleep 5']);
    const job = run();
    while (!sandbox.has('told')) await sleep(20);
    await sleep(200);
    job.kill('SIGINT');
    // The stop, or the one that it is handed on as.
    expect([130, 143]).toContain((await once(job, 'exit'))[0]);
    expect(left()).toEqual(NOTHING);
  });
});

test('a snapshot of an end that restic saw too early is marked as incomplete', () => {
  beside();
  start();
  const script = sandbox.text('backup-stream.sh').replace(': >"$work/whole"', ':');
  sandbox.write('backup-stream.sh', script);
  const { code, err } = backUp();
  expect(code).toBe(1);
  expect(err).toContain('is not complete: what restic was given was cut off');
  expect(sandbox.text('marked')).toContain(`--tag incomplete:${ID}`);
});
