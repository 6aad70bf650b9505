import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { goldenCases } from '../../golden/cases.mjs';
import { LOCK_GONE } from '../../../src/plan/checks/locks.js';
import { longestGap } from '../../../src/runtimes/kubernetes/render/timing.js';
import { programsFolder, TIMEOUT } from '../../support/sandbox.js';
import { contract, renderProject } from '../kubernetes/project.js';

const SCRIPT = renderProject([contract('wiki')]).text('kubernetes/backup/scripts/remove-dead-locks.sh');

/**
 * restic(1): the locks are files with what `cat` says; `unlock` takes those for dead that the file `stale` names. A living
 * lock has a new id after each sleep. Stand-ins are asked hundreds of times here, so they start no program where the shell
 * has a word for it.
 */
const RESTIC = `#!/bin/sh
echo "restic $*" >>"$ROOT/calls"
read -r count <"$ROOT/count"
cd "$ROOT/locks"
case "$1 $2" in
  'list locks')
    [ ! -e "$ROOT/down" ] || exit 1
    for id in *; do
      case $id in f*) printf 'f%063d\\n' "$count" ;; '*') ;; *) echo "$id" ;; esac
    done
    ;;
  'cat lock')
    case $3 in f*) set -- "$1" "$2" f* ;; esac
    while IFS= read -r line; do printf '%s\\n' "$line"; done <"$3"
    ;;
  'unlock --remove-all') rm -f * ;;
  unlock*) [ ! -e "$ROOT/stale" ] || rm -f $(cat "$ROOT/stale") ;;
  backup*) while [ "$1" != -- ]; do shift; done; shift; "$@"; exit 1 ;;
esac
`;
/** Time passes, and `$ROOT/then` does what else happens. */
const SLEEP = `#!/bin/sh
echo "$1" >>"$ROOT/sleeps"
read -r count <"$ROOT/count"
echo "$((count += 1))" >"$ROOT/count"
[ ! -e "$ROOT/then" ] || . "$ROOT/then"
`;
const CURL = `#!/bin/sh
echo "curl $*" >>"$ROOT/calls"
cat >"$ROOT/curl.conf"
rm -f "$ROOT/locks/$(sed -n 's|^url = .*/locks/\\(.*\\)"$|\\1|p' "$ROOT/curl.conf")"
`;

const DEAD = 'd'.repeat(64);
const LIVING = 'f'.padEnd(64, '0');

/**
 * The only real programs here: a pod has them too. Nothing is stopped in these tests, so `cmp`, which the script asks for the
 * sake of stops whenever it starts a command, is not among them.
 */
let programs = '';
beforeAll(() => {
  programs = programsFolder('base64 cat date mktemp rm sed sh tr uname wc');
});
afterAll(() => {
  rmSync(programs, { recursive: true });
});

let root = '';
const at = (name: string) => path.join(root, name);
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'stowage-locks-'));
  mkdirSync(at('bin'));
  mkdirSync(at('locks'));
  for (const [name, text] of Object.entries({ restic: RESTIC, sleep: SLEEP, timeout: TIMEOUT, curl: CURL })) {
    writeFileSync(at(`bin/${name}`), text, { mode: 0o755 });
  }
  writeFileSync(at('script.sh'), SCRIPT);
  writeFileSync(at('count'), '0\n');
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** What restic says of a lock that was made some minutes ago, on a clock so many minutes east of Greenwich. */
function said(minutesAgo: number, host = 'elsewhere', east = 0): string {
  const shifted = new Date(Date.now() + (east - minutesAgo) * 60_000).toISOString().slice(0, 19);
  const [hours, minutes] = [Math.floor(Math.abs(east) / 60), Math.abs(east) % 60].map((each) =>
    String(each).padStart(2, '0'),
  );
  const zone = east === 0 ? 'Z' : `${east < 0 ? '-' : '+'}${hours ?? ''}:${minutes ?? ''}`;
  const fraction = east === 0 ? '' : '.090807065';
  const lines = {
    time: `${shifted}${fraction}${zone}`,
    exclusive: false,
    hostname: host,
    username: 'x',
    pid: 1,
  };
  return `${JSON.stringify(lines, null, 2)}\n`;
}
const lock = (id: string, text = said(0)) => {
  writeFileSync(at(`locks/${id}`), text);
};
/** Two looks after the one that found the dead lock, the living ones end. */
const endTheLiving = () => {
  writeFileSync(at('then'), '[ "$count" -lt 9 ] || rm -f "$ROOT"/locks/[ef]*\n');
};
const lines = (name: string) =>
  existsSync(at(name)) ? readFileSync(at(name), 'utf8').trimEnd().split('\n') : [];

function run(repository: string, more: NodeJS.ProcessEnv = {}) {
  const env = {
    ...{ PATH: `${at('bin')}:${programs}`, ROOT: root, TMPDIR: root },
    ...{ RESTIC_REPOSITORY: repository, ...more },
  };
  const { status, stderr } = spawnSync('sh', [at('script.sh')], { env, encoding: 'utf8' });
  const slept = lines('sleeps').reduce((sum, seconds) => sum + Number(seconds), 0);
  const unlocks = lines('calls').filter((call) => call.startsWith('restic unlock'));
  return { status, stderr, slept, unlocks, left: readdirSync(at('locks')) };
}

test('without a lock it ends at once, and so it does where the repository does not answer', () => {
  expect(run('/srv/r')).toMatchObject({ status: 0, slept: 0, stderr: '' });
  writeFileSync(at('down'), '');
  expect(run('/srv/r')).toMatchObject({ status: 0, slept: 0 });
});

test('a lock that stood for 31 minutes goes by its id, beside one that is renewed', () => {
  lock(DEAD);
  lock(LIVING);
  endTheLiving();
  const found = run('rest:https://h:8000/a/', {
    RESTIC_REST_USERNAME: 'me',
    RESTIC_REST_PASSWORD: 'a "secret\\ word',
    RESTIC_CACERT: '/etc/ca.pem',
  });
  expect(found).toMatchObject({ status: 0, unlocks: [], left: [] });
  expect(found.stderr).toBe(`stowage: removed the locks of processes that are gone: ${DEAD}\n`);
  // With the seventh look, and not before.
  const calls = lines('calls').map((call) => call.split(' ').slice(0, 2).join(' '));
  expect(calls.indexOf('curl --disable')).toBe(7);
  expect(lines('curl.conf')).toEqual(
    expect.arrayContaining([
      `url = "https://h:8000/a/locks/${DEAD}"`,
      'user = "me:a \\"secret\\\\ word"',
      'cacert = "/etc/ca.pem"',
    ]),
  );
  expect(lines('calls').join('\n')).not.toContain('secret');
});

test.each([
  ['h:8000', 'h 8000'],
  ['h', 'h 80'],
  ['[fd00::1]:8000', 'fd00::1 8000'],
  ['[fd00::1]', 'fd00::1 80'],
])('in a pod, which has no curl, it goes by its id at http://%s too', (address, asked) => {
  lock(DEAD);
  lock(LIVING);
  rmSync(at('bin/curl'));
  const nc = `#!/bin/sh
echo "nc $*" >>"$ROOT/calls"
cat >"$ROOT/request"
rm -f "$ROOT/locks/$(sed -n 's|^DELETE /a%20b/locks/\\([0-9a-f]*\\) HTTP/1.0.$|\\1|p' "$ROOT/request")"
`;
  writeFileSync(at('bin/nc'), nc, { mode: 0o755 });
  endTheLiving();
  const login = { RESTIC_REST_USERNAME: 'me', RESTIC_REST_PASSWORD: 'a "secret\\ word'.repeat(5) };
  const found = run(`rest:http://${address}/a%20b/`, login);
  expect(found).toMatchObject({ status: 0, unlocks: [], left: [], slept: 9 * 310 });
  expect(found.stderr).toBe(`stowage: removed the locks of processes that are gone: ${DEAD}\n`);
  expect(lines('calls').filter((call) => call.startsWith('nc'))).toEqual([`nc ${asked}`]);
  const basic = Buffer.from(`me:${login.RESTIC_REST_PASSWORD}`).toString('base64');
  expect(readFileSync(at('request'), 'utf8')).toBe(
    `DELETE /a%20b/locks/${DEAD} HTTP/1.0\r\nHost: ${address}\r\nAuthorization: Basic ${basic}\r\n\r\n`,
  );
});

describe('where no lock can be removed alone', () => {
  test('all are removed when all are dead, and a lock of its own stands for six minutes', () => {
    lock(DEAD);
    expect(run('s3:https://s3.example/b')).toMatchObject({
      ...{ status: 0, left: [], slept: 1860 + 370 },
      unlocks: ['restic unlock --quiet', 'restic unlock --remove-all --quiet'],
    });
  });

  test('one that comes in the last moment is spared where restic knows the others to be dead', () => {
    lock(DEAD);
    writeFileSync(at('stale'), DEAD);
    expect(run('b2:bucket')).toMatchObject({ status: 0, left: [], unlocks: ['restic unlock --quiet'] });
  });

  describe('beside a living one', () => {
    const HOUR = 60;
    const repository = 's3:https://s3.example/b';
    /** As long as the living one is there, nothing happens. */
    const WAITED = { status: 0, left: [], slept: 9 * 310 + 370, unlocks: ['restic unlock --quiet'] };
    beforeEach(() => {
      lock(DEAD, said(2 * HOUR));
      writeFileSync(at('stale'), DEAD);
    });

    test.each([
      ['just made', said(0)],
      ['renewed late', said(14)],
      ['made by a clock that is ahead', said(-5 * HOUR)],
      ['made east of here', said(0, 'elsewhere', 330)],
      ['made west of here', said(0, 'elsewhere', -210)],
      ['made where a shell takes the zone for octal', said(0, 'elsewhere', 9 * HOUR + 9)],
    ])('that was %s the dead one goes by the word of restic, under a lock of its own', (_, living) => {
      lock(LIVING, living);
      endTheLiving();
      const found = run(repository);
      expect(found).toMatchObject({ status: 0, left: [], unlocks: ['restic unlock --quiet'] });
      expect(found.stderr).toBe(`stowage: removed the locks of processes that are gone: ${DEAD}\n`);
      expect(lines('sleeps').indexOf('370')).toBe(6);
      const calls = lines('calls').map((call) => call.split(' ').slice(0, 2).join(' '));
      const unlock = calls.indexOf('restic unlock');
      // It looks once more when all are read, and again afterwards.
      expect(calls.slice(unlock - 3, unlock + 2)).toEqual([
        ...['restic cat', 'restic cat', 'restic list', 'restic unlock', 'restic list'],
      ]);
    });

    test.each([
      ['whose clock is an hour behind', said(HOUR)],
      ['that was not renewed for a quarter of an hour', said(16)],
      ['whose clock is an hour behind in another time zone', said(HOUR, 'elsewhere', 330)],
      ['of the same host name', said(0, hostname())],
      ['that cannot be read', ''],
      ['of a time that cannot be read', said(0).replace(/"time": "[^"]*"/, '"time": "now"')],
      ['of a host name that cannot be read', said(0, 'a"b')],
    ])('%s restic is not asked', (_, text) => {
      lock(LIVING, text);
      endTheLiving();
      expect(run(repository)).toMatchObject(WAITED);
    });

    test('nor is it where another one comes while it reads', () => {
      lock(LIVING);
      // Each look finds one that was not there when the reading began.
      const restless = RESTIC.replace(
        "'cat lock')",
        `'cat lock') rm -f e*; read -r last <"$ROOT/last"; last=$(((last + 1) % 10)); echo $last >"$ROOT/last"; : >'${'e'.repeat(63)}'$last;`,
      );
      writeFileSync(at('last'), '0\n');
      writeFileSync(at('bin/restic'), restless, { mode: 0o755 });
      endTheLiving();
      expect(run(repository)).toMatchObject(WAITED);
    });

    test('nor where restic would take none of the dead', () => {
      lock(LIVING);
      lock(DEAD, said(-HOUR));
      endTheLiving();
      expect(run(repository)).toMatchObject(WAITED);
    });

    test('nor where it would ask a process of this machine about one of them', () => {
      lock(LIVING);
      lock('d'.repeat(63).concat('e'), said(-HOUR, hostname()));
      endTheLiving();
      const unlocks = [...WAITED.unlocks, 'restic unlock --remove-all --quiet'];
      expect(run(repository)).toMatchObject({ ...WAITED, unlocks });
    });
  });

  test('beside a living one that looks old nothing is removed; in the end it fails and names the dead', () => {
    lock(DEAD, said(120));
    lock(LIVING, said(60));
    const found = run('s3:https://s3.example/b');
    expect(found).toMatchObject({ status: 1, unlocks: [] });
    expect(found.left).toHaveLength(2);
    expect(found.stderr).toContain(`could not be removed beside those of living processes: ${DEAD}`);
    expect(found.slept).toBeLessThan(5 * 3600);
  });

  test('so it is with a server for which the program is missing, and that is said', () => {
    lock(DEAD);
    rmSync(at('bin/curl'));
    const found = run('rest:https://h:8000/a');
    expect(found).toMatchObject({ status: 0, left: [], slept: 1860 + 370 });
    expect(found.stderr).toContain('stowage: curl is not installed here;');
  });

  test('it is done at the moment at which the living one ends', () => {
    lock(DEAD);
    lock(LIVING, said(60));
    endTheLiving();
    expect(run('azure:c:/')).toMatchObject({ status: 0, left: [], slept: 9 * 310 + 370 });
  });

  test.each([
    ['all', 'unlock --remove-all', ''],
    ['the dead', 'unlock --quiet', said(0)],
  ])('the lock of its own stands too where nothing answers once %s are removed', (_, unlock, living) => {
    lock(DEAD, said(120));
    if (living !== '') lock(LIVING, living);
    const silent = `'${unlock}') rm -f d*; : >"$ROOT/down" ;;\n  'cat lock')`;
    writeFileSync(at('bin/restic'), RESTIC.replace("'cat lock')", silent), { mode: 0o755 });
    expect(run('b2:bucket')).toMatchObject({ status: 0, slept: 1860 + 370 });
  });

  test('it says so when somebody takes the repository in that second', () => {
    lock(DEAD);
    writeFileSync(at('bin/restic'), RESTIC.replace('backup*)', 'backup*) exit 11 ;; x)'), { mode: 0o755 });
    const found = run('s3:https://s3.example/b');
    expect(found.status).toBe(1);
    expect(found.stderr).toContain('restic check');
  });
});

test('living locks are watched for some hours and left alone', () => {
  lock(LIVING);
  const found = run('/srv/r');
  expect(found).toMatchObject({ status: 0, unlocks: [], stderr: '' });
  expect(found.left).toHaveLength(1);
  expect(found.slept).toBe(69 * 310);
});

/** What the files of all golden trees of this name hold, or what all others do. */
function goldenTexts(isWanted: (name: string) => boolean): string[] {
  return goldenCases().flatMap(({ expected }) =>
    readdirSync(expected, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && isWanted(entry.name))
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8')),
  );
}

test('nothing else that is rendered removes a lock, no page either', () => {
  const isOurs = (name: string) => name === 'remove-dead-locks.sh';
  expect(goldenTexts(isOurs).filter((text) => text.includes('restic unlock')).length).toBeGreaterThan(2);
  const others = goldenTexts((name) => !isOurs(name));
  expect(others.filter((text) => /\bunlock\b|\/locks\//.test(text))).toEqual([]);
});

test('hosts and clusters look so often that a dead lock is gone within the hour', () => {
  const half = 31;
  const timers = goldenTexts((name) => /-locks-.*\.timer$/.test(name));
  expect(timers.length).toBeGreaterThan(2);
  const minutes = timers.flatMap(
    (timer) => /^OnCalendar=\*-\*-\* \*:([\d,]+):00 UTC$/m.exec(timer)?.[1] ?? [],
  );
  expect(minutes).toHaveLength(timers.length);
  const cronJobs = goldenTexts((name) => name.startsWith('maintenance-')).flatMap(
    (text) => /name: \S+-locks-[^]*?schedule: "(.*)"/.exec(text)?.[1] ?? [],
  );
  expect(cronJobs.length).toBeGreaterThan(0);
  for (const cron of [...minutes.map((minute) => `${minute} * * * *`), ...cronJobs])
    expect(longestGap({ cron, timezone: 'UTC' }) + half).toBeLessThan(LOCK_GONE);
});
