import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BUSYBOX } from '../../support/shell.js';
import { objectsOf, valuesOf } from './objects.js';
import { renderProject, mixed } from './project.js';

/** A restic that notes its arguments, and ends as the test wants. */
const RESTIC = `#!/bin/sh
if [ "$1" = version ]; then echo "restic \${RESTIC_VERSION:-0.19.1} compiled with go1.25 on linux/amd64"; exit 0; fi
if [ "$1" = snapshots ]; then
  printf '[{"id":"%064d","hostname":"photos","tags":["service:photos"],"paths":["/x"],"summary":{}}]\\n' 7
  exit
fi
if [ "$1 $2" = 'cat config' ]; then exit "\${ANSWER:-0}"; fi
printf '%s\\n' "$@" >>"$NOTES"
[ -z "\${HANG-}" ] || { trap 'kill -KILL $!; echo stopped >>"$NOTES"; exit 130' TERM; sleep 20 >/dev/null 2>&1 & touch "$HANG"; wait; }
case \${RESULT:-0}$3 in
  [03]--retry-lock=*) printf 'snapshot %08d saved\\n' 0 ;;
  *--stdin) exit ;;
esac
exit "\${RESULT:-0}"
`;

const trees = renderProject([mixed('photos')], { host_path_mode: 'daemonset' });
const script = (name: string) => trees.text(`kubernetes/apps/scripts/${name}`);

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'stowage-scripts-'));
  mkdirSync(path.join(root, 'bin'));
  writeFileSync(path.join(root, 'bin/restic'), RESTIC, { mode: 0o755 });
  writeFileSync(path.join(root, 'backup.sh'), script('backup.sh'));
  writeFileSync(path.join(root, 'forget.sh'), trees.text('kubernetes/backup/scripts/forget.sh'));
  mkdirSync(path.join(root, 'full'));
  writeFileSync(path.join(root, 'full/file'), 'x');
  mkdirSync(path.join(root, 'empty/lost+found'), { recursive: true });
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const at = (name: string) => path.join(root, name);
const environment = (more: NodeJS.ProcessEnv = {}) => ({
  PATH: `${at('bin')}:${process.env.PATH ?? ''}`,
  NOTES: at('notes'),
  ...more,
});
const notes = () => (existsSync(at('notes')) ? readFileSync(at('notes'), 'utf8').trimEnd().split('\n') : []);

function run(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const result = spawnSync('sh', args, { env: environment(more), encoding: 'utf8' });
  return { status: result.status, said: result.stderr };
}

/** Where nothing is kept from run to run. */
const OPTIONS = [
  '--host=photos',
  '--tag=service:photos',
  '--retry-lock=1m',
  '--volume=50:/x',
  '--accept=x SNAPSHOT',
  '--machine=kubernetes/apps',
];
/** What restic is given of them. */
const GIVEN = [
  'backup',
  '--host=photos',
  '--retry-lock=1m',
  '--tag=service:photos',
  '--exclude=/.stowage-machine/kubernetes/apps',
];

describe('backup.sh', () => {
  test('gives restic its arguments, once every source is there and full', () => {
    const checks = [`not-empty:${at('full')}`, `may-be-empty:${at('empty')}`];
    expect(run([at('backup.sh'), ...checks, ...OPTIONS, '--', '/a b', "--exclude=$(x) 'y'"]).status).toBe(0);
    expect(notes()).toEqual([...GIVEN, '/a b', "--exclude=$(x) 'y'"]);
  });

  test.each([
    ['missing', 'may-be-empty', 'does not exist'],
    ['empty', 'not-empty', 'is empty'],
  ])('a source that is %s stops it before restic runs', (source, rule, words) => {
    const result = run([at('backup.sh'), `${rule}:${at(source)}`, ...OPTIONS, '--', '/x']);
    expect(result.status).toBe(1);
    expect(result.said).toContain(words);
    expect(notes()).toEqual([]);
  });

  /** As somebody to whom a folder can be closed: not as root. */
  function runAsUser(args: readonly string[]) {
    chmodSync(root, 0o777);
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const [program = '', ...words] = [...(process.getuid?.() === 0 ? user : []), 'sh', ...args];
    return spawnSync(program, words, { env: environment(), encoding: 'utf8' });
  }

  test("leaves out the file system's own lost+found where it cannot be read, and no other folder", () => {
    mkdirSync(at('full/lost+found'));
    const args = [at('backup.sh'), `not-empty:${at('full')}`, ...OPTIONS, '--', at('full')];
    expect(runAsUser(args).status).toBe(0);
    expect(notes()).toEqual([...GIVEN, at('full')]);
    rmSync(at('notes'));
    chmodSync(at('full/lost+found'), 0o000);
    const result = runAsUser(args);
    expect(result.status).toBe(0);
    expect(result.stderr).toContain('lost+found is left out');
    expect(notes()).toEqual([...GIVEN, at('full'), `--exclude=${at('full/lost+found')}`]);
  });

  test('a restic that is too old stops it', () => {
    const result = run([at('backup.sh'), ...OPTIONS, '--', '/x'], { RESTIC_VERSION: '0.16.4' });
    expect(result.status).toBe(1);
    expect(result.said).toContain('0.16 is too old');
    expect(notes()).toEqual([]);
  });

  test.each([
    ['refuse', '3', 3],
    ['accept', '3', 0],
    ['accept', '1', 1],
    ['accept', '12', 12],
    ['refuse', '0', 0],
  ])('with %s, restic status %s becomes %d', (incomplete, status, expected) => {
    const args = [...OPTIONS, `--incomplete=${incomplete}`, '--', '/x'];
    expect(run([at('backup.sh'), ...args], { RESULT: status }).status).toBe(expected);
    const marked = notes().includes(`incomplete:${'7'.padStart(64, '0')}`);
    expect(marked).toBe(expected === 3);
  });

  test('hands a stop on to restic and waits for it', async () => {
    const child = spawn('sh', [at('backup.sh'), ...OPTIONS, '--', '/x'], {
      env: environment({ HANG: at('running') }),
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    while (!existsSync(at('running'))) await sleep(10);
    child.kill('SIGTERM');
    expect(await ended).toBe(130);
    expect(notes()).toContain('stopped');
  });

  test.each([
    ['a disk of the node', '/', 0],
    ['a part of the disk above it', '/photos', 1],
    ['a folder of the root disk', '/srv/my\\040disk/photos', 1],
    ['a folder of a root disk with subvolumes', '/@root/srv/my\\040disk/photos', 1],
    ['a subvolume that is mounted there', '/@photos', 0],
    ['another folder, bound to it', '/data/albums', 0],
  ])('where it must be a mount point, %s (%s) gives %d', (_what, mounted, expected) => {
    const path = at('full').replaceAll(' ', '\\040');
    writeFileSync(at('table'), `36 35 98:0 ${mounted} ${path} ro,relatime - ext4 /dev/sdb1 rw\n`);
    const checks = [`not-empty:${at('full')}`, `mounted:${at('full')}:/srv/my disk/photos`];
    const { status } = run([at('backup.sh'), ...checks, ...OPTIONS, '--', '/x'], {
      mount_table: at('table'),
    });
    expect(status).toBe(expected);
  });

  test('a source that lacks what it must contain stops it before restic runs', () => {
    const args = (name: string) => [
      at('backup.sh'),
      `not-empty:${at('full')}`,
      `contains:${at(`full/${name}`)}`,
    ];
    expect(run([...args('file'), ...OPTIONS, '--', '/x']).status).toBe(0);
    rmSync(at('notes'));
    const { status, said } = run([...args('other'), ...OPTIONS, '--', '/x']);
    expect({ status, said }).toMatchObject({ status: 1, said: expect.stringContaining('must_contain') });
    expect(notes()).toEqual([]);
  });
});

test('a source whose newest file is too old stops it before restic runs', () => {
  const checks = [`not-empty:${at('full')}`, `fresh:${at('full')}:1560`];
  const backUp = () => run([at('backup.sh'), ...checks, ...OPTIONS, '--', '/x']);
  expect(backUp().status).toBe(0);
  rmSync(at('notes'));
  const old = Date.now() / 1000 - 27 * 3600;
  utimesSync(at('full/file'), old, old);
  for (const program of ['', ...(BUSYBOX ? ['find', 'stat', 'awk', 'date'] : [])]) {
    if (program !== '') symlinkSync('/bin/busybox', at(`bin/${program}`));
    const { status, said } = backUp();
    expect({ status, said }).toMatchObject({ status: 1, said: expect.stringContaining('is 1d 3h old') });
  }
  expect(notes()).toEqual([]);
});

test('the scheduler refuses an image that does not know its time zone', () => {
  writeFileSync(at('hostpath.sh'), script('hostpath.sh'));
  const result = run([at('hostpath.sh'), at('crontab')], { TZ: 'Europe/Atlantis' });
  expect(result).toEqual({
    status: 1,
    said: 'stowage: the image has no time zone data for Europe/Atlantis\n',
  });
});

test.each([
  ['is missing', null],
  ['is empty', ''],
  ['names no job', '* * * * * touch /state/heartbeat\n'],
])('the scheduler ends at once when its crontab %s', (_what, crontab) => {
  writeFileSync(at('hostpath.sh'), script('hostpath.sh'));
  mkdirSync(at('crontab'));
  if (crontab !== null) writeFileSync(at('crontab/root'), crontab);
  const { status, said } = run([at('hostpath.sh'), at('crontab')], { TZ: 'UTC' });
  expect(status).toBe(1);
  expect(said).toContain(`the crontab ${at('crontab/root')} names no job`);
});

describe('hostpath-job.sh', () => {
  /** A pod has few processes: these jobs, which enter themselves, and one more. */
  const job = (service: string) => [
    ...['-c', 'ln -s "/proc/$$" "$0/$$"; exec sh "$@"', at('processes')],
    ...[at('hostpath-job.sh'), service, '1', at('credentials'), '/repository'],
  ];
  beforeEach(() => {
    const text = script('hostpath-job.sh')
      .replaceAll('/proc/', `${at('processes')}/`)
      .replaceAll('/etc/stowage/', `${root}/`)
      .replaceAll('/state/success', root);
    writeFileSync(at('hostpath-job.sh'), text);
    mkdirSync(at('processes'));
    symlinkSync('/proc/1', at('processes/1'));
    writeFileSync(at('backup.sh'), 'touch "$HANG"; sleep "$SECONDS_LONG"\n');
  });
  const long = (seconds: string) => ({ HANG: at('running'), SECONDS_LONG: seconds });

  test('ends a backup that takes too long, unless a person says that it may', () => {
    expect(run(job('photos'), long('2'))).toMatchObject({ said: expect.stringContaining('failed') });
    expect(existsSync(at('photos'))).toBe(false);
    expect(run(job('photos'), { ...long('2'), STOWAGE_NO_LIMIT: 'yes' })).toEqual({ status: 0, said: '' });
    expect(existsSync(at('photos'))).toBe(true);
  });

  test('starts no second backup of a service while one runs, and one of another', async () => {
    const first = spawn('sh', job('photos'), {
      env: environment({ ...long('60'), STOWAGE_NO_LIMIT: 'yes' }),
      detached: true,
    });
    while (!existsSync(at('running'))) await sleep(10);
    try {
      const second = run(job('photos'), long('0'));
      expect(second).toEqual({ status: 1, said: 'stowage: a backup of photos is running already\n' });
      expect(run(job('photos.old'), long('0'))).toEqual({ status: 0, said: '' });
    } finally {
      process.kill(-(first.pid ?? 0), 'SIGKILL');
    }
  });
});

describe('forget.sh', () => {
  const forget = (name: string, text: string) => {
    mkdirSync(at('forget'), { recursive: true });
    writeFileSync(at(`forget/${name}.sh`), text);
  };

  test('does every service, and fails when one of them failed', () => {
    forget('a', 'exec restic forget a\n');
    forget('b', 'exit 11\n');
    forget('c', 'exec restic forget c\n');
    const result = run([at('forget.sh'), at('forget')]);
    expect(result.status).toBe(1);
    expect(result.said).toContain('b.sh');
    expect(notes()).toEqual(['forget', 'a', 'forget', 'c']);
  });

  test('hands a stop on to restic, waits for it, and does no other service', async () => {
    forget('a', 'exec restic forget a\n');
    forget('b', 'exec restic forget b\n');
    const child = spawn('sh', [at('forget.sh'), at('forget')], {
      env: environment({ HANG: at('running') }),
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    while (!existsSync(at('running'))) await sleep(10);
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
    expect(notes()).toEqual(['forget', 'a', 'stopped']);
  });

  test('succeeds when all did, and fails when there is nothing to do: then no retention is applied', () => {
    expect(run([at('forget.sh'), at('forget')])).toMatchObject({ status: 1 });
    forget('a', 'exec restic forget a\n');
    expect(run([at('forget.sh'), at('forget')]).status).toBe(0);
  });
});

test('the forget scripts name the tag of their service alone', () => {
  const text = trees.text('kubernetes/backup/forget/main/photos.sh');
  expect(text).toContain('exec /bin/sh /etc/stowage/apply-retention.sh service:photos photos -- \\\n');
});

test('no pod starts while a ConfigMap or a Secret of it is missing', () => {
  const objects = trees.files
    .filter(({ path: name }) => name.endsWith('.yaml'))
    .flatMap(({ content }) => objectsOf(content));
  const asked = ['configMap', 'secret', 'secretRef'].map((kind) => valuesOf(kind, objects).length);
  expect(Math.min(...asked)).toBeGreaterThan(0);
  expect(valuesOf('optional', objects)).toEqual([]);
});
