import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { shellPartial } from '../../support/partial.js';

const SCRIPT = [
  "set -u\npriority='<3>'",
  ...['_run', '_series', '_mounts', '_machine', '_run-backup'].map(shellPartial),
  'back_up "$@"',
].join('\n');

/** A restic that says what the test's files say, and notes what would change the repository. */
const RESTIC = `#!/bin/sh
case $1 in
  snapshots) [ ! -e "$AT/away" ] || exit 1; read -r list <"$AT/list"; printf '%s\\n' "$list" ;;
  ls) shift 4; cat "$AT/ls-$(printf %.1s "$1")" ;;
  backup)
    case "$*" in
      *--stdin*) [ ! -e "$AT/away" ] || exit 1; cat >/dev/null; echo "$*" >>"$AT/notes" ;;
      *) [ -z "\${LEAVES-}" ] || : >"$AT/away"
        [ "\${SAVED-4}" = none ] || { id=\${SAVED-4}; id=$id$id$id$id; echo "snapshot $id$id saved"; }; exit "\${RESULT:-0}" ;;
    esac ;;
esac
`;

const id = (digit: string) => digit.repeat(64);
interface Taken {
  readonly files: number;
  readonly bytes: number;
  readonly paths?: readonly string[];
}
const snapshot = (
  digit: string,
  { files, bytes, paths = ['/backup/wiki/data'] }: Taken,
  more: object = {},
) => ({
  ...{ time: '2026-03-01T02:30:00Z', tree: id(digit), hostname: 'wiki', tags: ['service:wiki'], paths },
  ...{ summary: { total_files_processed: files, total_bytes_processed: bytes }, id: id(digit) },
  ...more,
});
const marker = (digit: string, tag: string) => ({
  ...snapshot(digit, { files: 1, bytes: 64, paths: ['/incomplete'] }),
  ...{ hostname: 'wiki.incomplete', tags: [tag] },
});
const MIB = 1024 * 1024;
const FULL = { files: 1000, bytes: 500 * MIB };

let root = '';
const at = (name: string) => path.join(root, name);
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'stowage-backup-'));
  mkdirSync(at('bin'));
  writeFileSync(at('bin/restic'), RESTIC, { mode: 0o755 });
  writeFileSync(at('bin/sleep'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(at('table'), '');
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const list = (...snapshots: readonly object[]) => writeFileSync(at('list'), `${JSON.stringify(snapshots)}\n`);
function run(
  more: { volumes?: readonly string[]; options?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
) {
  const { volumes = ['50:/backup/wiki/data'], options = [], env = {} } = more;
  rmSync(at('notes'), { force: true });
  const { status, stderr } = spawnSync(
    'sh',
    [
      ...[
        '-c',
        SCRIPT,
        'sh',
        '--host=wiki',
        '--tag=service:wiki',
        '--retry-lock=1m',
        `--state=${at('state')}`,
      ],
      ...[...volumes.map((volume) => `--volume=${volume}`), '--accept=take SNAPSHOT now', ...options],
      ...['--', ...volumes.map((volume) => volume.replace(/.*:/, ''))],
    ],
    {
      encoding: 'utf8',
      env: { PATH: `${at('bin')}:${process.env.PATH ?? ''}`, AT: root, mount_table: at('table'), ...env },
    },
  );
  const notes = existsSync(at('notes')) ? readFileSync(at('notes'), 'utf8') : '';
  return {
    status,
    said: stderr,
    marked: [...notes.matchAll(/--tag incomplete:(.)/g)].map(([, digit]) => digit),
  };
}

describe('a snapshot that shrank', () => {
  test.each<[string, Taken, Taken, number]>([
    ['half of the files', FULL, { files: 500, bytes: 500 * MIB }, 0],
    ['more than half of the files', FULL, { files: 499, bytes: 500 * MIB }, 1],
    ['more than half of the bytes', FULL, { files: 1000, bytes: 249 * MIB }, 1],
    ['most of some files', { files: 99, bytes: 10 * MIB - 1 }, { files: 5, bytes: 6 }, 0],
    ['most of some bytes', { files: 99, bytes: 10 * MIB - 1 }, { files: 1, bytes: MIB }, 0],
    ['nearly all of some files and bytes', { files: 50, bytes: 5 * MIB }, { files: 1, bytes: 6 }, 1],
    ['nearly all of few files', { files: 19, bytes: 10 * MIB - 1 }, { files: 0, bytes: 0 }, 0],
    ['nearly all of few bytes', { files: 99, bytes: MIB - 1 }, { files: 0, bytes: 0 }, 0],
    ['one big file for another', { files: 1, bytes: 10 * MIB }, { files: 1, bytes: 6 }, 1],
    ['two of three small files that rotate', { files: 3, bytes: 40 * MIB }, { files: 1, bytes: 30 * MIB }, 0],
    ['nothing: it grew', { files: 1, bytes: 6 }, FULL, 0],
    ['everything', FULL, { files: 0, bytes: 0 }, 1],
  ])('that lost %s: %j, then %j', (_what, before, now, status) => {
    list(snapshot('1', before), snapshot('4', now));
    const result = run();
    expect([result.status, result.marked]).toEqual(status === 0 ? [0, []] : [1, ['4']]);
  });

  test('says both numbers, and the command that accepts it', () => {
    list(snapshot('1', FULL), snapshot('4', { files: 1, bytes: 6 }));
    const { said } = run();
    expect(said).toContain(
      '/backup/wiki/data has 1 of 1000 files and 6 B of 500.0 MiB left; max_shrink allows a loss of 50%',
    );
    expect(said).toContain(`accept it: take ${id('4')} now\n`);
  });

  test('is compared with the last accepted one, until it is accepted itself', () => {
    const small = { files: 1, bytes: 6 };
    const days = [
      snapshot('1', FULL),
      snapshot('2', small),
      marker('3', `incomplete:${id('2')}`),
      snapshot('4', small),
    ];
    list(...days);
    expect(run()).toMatchObject({ status: 1, marked: ['4'] });
    list(...days, marker('5', `accepted:${id('2')}`));
    expect(run()).toMatchObject({ status: 0, marked: [] });
  });

  test.each([
    ['100:/backup/wiki/data', 0],
    ['99:/backup/wiki/data', 1],
    ['0:/backup/wiki/data', 1],
  ])('with a limit of %s gives %d', (volume, status) => {
    for (const before of [FULL, { files: 50, bytes: 5 * MIB }]) {
      list(snapshot('1', before), snapshot('4', { files: 0, bytes: 6 }));
      expect(run({ volumes: [volume] }).status).toBe(status);
    }
  });

  const node = (file: string, size: number) =>
    JSON.stringify({ name: path.basename(file), type: 'file', path: file, uid: 0, size, mode: 420 });
  const nodes = (volume: string, count: number) =>
    Array.from({ length: count }, (_, index) => node(`/backup/wiki/${volume}/${index} "type":"file"`, 10));

  test('of several volumes: each is counted, and the large one hides no small one', () => {
    const paths = ['/backup/wiki/data', '/backup/wiki/db'];
    list(snapshot('1', { ...FULL, paths }), snapshot('4', { ...FULL, paths }));
    writeFileSync(at('ls-1'), [...nodes('data', 900), ...nodes('db', 100), ''].join('\n'));
    writeFileSync(at('ls-4'), [...nodes('data', 950), ...nodes('db', 40), ''].join('\n'));
    const volumes = paths.map((volume) => `50:${volume}`);
    const { said, ...result } = run({ volumes });
    expect(result).toEqual({ status: 1, marked: ['4'] });
    expect(said).toContain('/backup/wiki/db has 40 of 100 files and 400 B of 1000 B left');
    expect(said).not.toContain('/backup/wiki/data has');
    expect(run({ volumes: [`50:${paths[0] ?? ''}`, `60:${paths[1] ?? ''}`] }).status).toBe(0);
  });

  test('is none when a volume has left the contract: like is compared with like', () => {
    list(
      snapshot('1', { ...FULL, paths: ['/backup/wiki/data', '/backup/wiki/old'] }),
      snapshot('4', { files: 200, bytes: 6 }),
    );
    writeFileSync(at('ls-1'), [...nodes('data', 200), ''].join('\n'));
    writeFileSync(at('ls-4'), [...nodes('data', 200), ''].join('\n'));
    expect(run().status).toBe(0);
  });

  test('is none without one before it that holds the volume', () => {
    list(snapshot('1', { ...FULL, paths: ['/backup/wiki/other'] }), snapshot('4', { files: 1, bytes: 6 }));
    expect(run().status).toBe(0);
  });
});

describe('a snapshot of a restic that did not end well', () => {
  test.each([
    ['refuse', '3', 3, ['4']],
    ['accept', '3', 0, []],
    ['accept', '1', 1, ['4']],
    ['refuse', '1', 1, ['4']],
    ['refuse', '11', 11, ['4']],
    ['refuse', '0', 0, []],
  ])('with --incomplete=%s and status %s: %i, marked %j', (incomplete, RESULT, status, marked) => {
    list(snapshot('1', FULL), snapshot('4', FULL));
    expect(run({ options: [`--incomplete=${incomplete}`], env: { RESULT } })).toMatchObject({
      status,
      marked,
    });
  });
});

describe('a snapshot of which nobody has said whether it is complete', () => {
  const small = { files: 1, bytes: 6 };

  test('fails the job when the repository does not answer, and is marked by the next one', () => {
    list(snapshot('1', small), snapshot('4', small));
    expect(run({ env: { RESULT: '3', LEAVES: 'yes' } })).toMatchObject({ status: 1, marked: [] });
    rmSync(at('away'));
    list(snapshot('1', small), snapshot('4', small), snapshot('5', small));
    const next = run({ env: { SAVED: '5' } });
    expect(next).toMatchObject({ status: 0, marked: ['4'] });
    expect(next.said).toContain(
      'the snapshot 44444444 of an earlier run is complete is not known; it is marked',
    );
    expect(run({ env: { SAVED: '5' } })).toMatchObject({ status: 0, marked: [] });
  });

  test('keeps the next one from running while it cannot be marked', () => {
    mkdirSync(at('state'));
    writeFileSync(at('state/output'), 'snapshot 44444444 saved\n');
    writeFileSync(at('away'), '');
    expect(run()).toMatchObject({ status: 1, said: expect.stringContaining('cannot be marked') });
    expect(readFileSync(at('state/output'), 'utf8')).toContain('44444444');
  });

  test('is no failure of the next job when there was none', () => {
    list(snapshot('4', small));
    expect(run({ env: { RESULT: '1', SAVED: 'none' } })).toMatchObject({ status: 1, marked: [] });
    expect(run()).toMatchObject({ status: 0, marked: [] });
  });

  test('fails the job when restic does not name it', () => {
    list();
    expect(run({ env: { SAVED: 'none' } })).toMatchObject({
      status: 1,
      said: expect.stringContaining('did not say'),
    });
  });
});

describe('what is mounted inside of a volume', () => {
  const small = { files: 1, bytes: 6 };
  const mounts = (...lines: readonly string[]) =>
    writeFileSync(at('table'), lines.map((line) => `36 35 98:0 / /backup/wiki/data${line}\n`).join(''));
  const [disk, other] = ['/a\\040disk ro shared:1 - ext4 /dev/sdb1 rw', '/other ro - nfs4 nas:/x rw'];

  test('is missed, until it is back or a person accepts', () => {
    list(snapshot('4', small));
    mounts('', disk, other);
    expect(run().status).toBe(0);
    mounts('', other);
    list(snapshot('4', small), snapshot('5', small));
    expect(run({ env: { SAVED: '5' } })).toMatchObject({
      ...{ status: 1, marked: ['5'] },
      said: expect.stringContaining('and is not now: /backup/wiki/data/a\\040disk\n'),
    });
    list(
      snapshot('4', small),
      snapshot('5', small),
      marker('6', `incomplete:${id('5')}`),
      snapshot('7', small),
    );
    expect(run({ env: { SAVED: '7' } })).toMatchObject({ status: 1, marked: ['7'] });
    mounts('', disk, other);
    expect(run({ env: { SAVED: '7' } })).toMatchObject({ status: 0, marked: [] });
  });

  test('is what was there when a person accepted, from then on', () => {
    list(snapshot('4', small));
    mounts('', disk);
    expect(run().status).toBe(0);
    mounts('');
    const accepted = [marker('6', `incomplete:${id('5')}`), marker('7', `accepted:${id('5')}`)];
    list(snapshot('4', small), snapshot('5', small), ...accepted, snapshot('8', small));
    expect(run({ env: { SAVED: '8' } })).toMatchObject({ status: 0, marked: [] });
  });

  test.each([
    ' ro - ext4 /dev/sda1 rw',
    `/overlay2/${'0a'.repeat(32)}/merged rw - overlay overlay rw`,
    `/containers/${'0a'.repeat(32)}/mounts/shm rw - tmpfs shm rw`,
    '/netns/x rw - nsfs nsfs rw',
    '/pool/.zfs/snapshot/daily rw - zfs pool@daily ro',
    '/pods/12345678-1234-1234-1234-123456789abc/volumes/x rw - tmpfs tmpfs rw',
  ])('is not missed when it is something that comes and goes: %s', (line) => {
    list(snapshot('4', small));
    mounts(line);
    expect(run().status).toBe(0);
    mounts('');
    list(snapshot('4', small), snapshot('5', small));
    expect(run({ env: { SAVED: '5' } }).status).toBe(0);
  });
});
