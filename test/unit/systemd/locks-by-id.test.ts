import { existsSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { programsFolder, Sandbox, TIMEOUT } from '../../support/sandbox.js';

const DEAD = 'd'.repeat(64);
const LIVING = 'f'.repeat(64);
/** The living one goes after a while. */
const SLEEP = `read -r sleeps <"$AT/sleeps"
echo "$((sleeps += 1))" >"$AT/sleeps"
[ "$sleeps" -lt 9 ] || rm -f "$AT"/repo/locks/f*`;

// Nothing is stopped in these tests, so that the script needs no `cmp`.
let programs = '';
beforeAll(() => {
  programs = programsFolder('cat mktemp rm sed sh tr');
});
afterAll(() => {
  rmSync(programs, { recursive: true });
});

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.write('script.sh', builtinTemplates().render('host/remove-dead-locks.sh.hbs', { header: 'test' }));
  sandbox.write('bin/timeout', TIMEOUT, 0o755);
  sandbox.write('sleeps', '0\n');
  // After each sleep it has a new id.
  sandbox.standIn(
    'restic',
    `read -r sleeps <"$AT/sleeps"
cd "$AT/repo/locks"
case $1 in
  list) for id in *; do case $id in f*) printf 'f%063d\\n' "$sleeps" ;; '*') ;; *) echo "$id" ;; esac; done ;;
  cat) echo "{}" ;;
esac`,
  );
  sandbox.standIn('sleep', SLEEP);
  for (const id of [DEAD, LIVING]) sandbox.write(`repo/locks/${id}`, '');
});
afterEach(() => {
  sandbox.remove();
});

function remove(repository: string) {
  const { code, err } = sandbox.run(sandbox.at('script.sh'), [], {
    PATH: `${sandbox.at('bin')}:${programs}`,
    RESTIC_REPOSITORY: repository,
  });
  const calls = sandbox.calls();
  return {
    code,
    err,
    calls,
    slept: calls.filter((call) => call.startsWith('sleep')),
    isGone: !existsSync(sandbox.at(`repo/locks/${DEAD}`)),
  };
}

const GONE = {
  ...{ code: 0, isGone: true, err: `stowage: removed the locks of processes that are gone: ${DEAD}\n` },
};

test.each(['', 'local:', '/'])('in a folder it goes by its id, and nothing but it: %s', (form) => {
  const found = remove(form === '/' ? `${sandbox.at('repo')}/` : `${form}${sandbox.at('repo')}`);
  expect(found).toMatchObject(GONE);
  // With the seventh look: six sleeps of 310 seconds are more than half an hour. The living one is watched on.
  expect(found.slept).toEqual(Array.from({ length: 9 }, () => 'sleep 310'));
  expect(found.calls.filter((call) => / (unlock|backup) /.test(`${call} `))).toEqual([]);
});

test('it is not dead after five sleeps', () => {
  sandbox.standIn(
    'sleep',
    `${SLEEP}\n[ "$sleeps" -ne 6 ] || (cd "$AT/repo/locks" && printf '%s\\n' *) >"$AT/seen"`,
  );
  remove(sandbox.at('repo'));
  expect(sandbox.lines('seen')).toContain(DEAD);
});

/** sftp(1) with `-b`: does what the batch says. */
const SFTP = `batch=''; last=''
for word do [ "$last" != -b ] || batch=$word; last=$word; done
cat "$batch" >>"$AT/batch"
sed -n 's|^-rm "\\(.*\\)"$|\\1|p' "$batch" | while read -r file; do rm -f "$AT/repo/locks/\${file##*/}"; done`;

test.each([
  ['sftp:me@nas:/srv/repo', '/srv/repo', '-- me@nas'],
  ['sftp:nas:repo/', 'repo', '-- nas'],
  ['sftp://me@nas:2222//srv/repo', '/srv/repo', '-P 2222 -- me@nas'],
  ['sftp://me@nas/repo', 'repo', '-- me@nas'],
  ['sftp://[fd00::1]:2222//srv/repo', '/srv/repo', '-P 2222 -- [fd00::1]'],
])('over %s it goes by its id', (repository, folder, words) => {
  sandbox.standIn('sftp', SFTP);
  const found = remove(repository);
  expect(found).toMatchObject(GONE);
  expect(sandbox.lines('batch')).toEqual([`-rm "${folder}/locks/${DEAD}"`]);
  const [call = ''] = found.calls.filter((line) => line.startsWith('sftp '));
  expect(call.endsWith(` ${words}`)).toBe(true);
});

test.each([
  ['rclone:remote:backups/', 'remote:backups/'],
  ['rclone:remote:', 'remote:'],
])('with %s it goes by its id', (repository, folder) => {
  sandbox.standIn('rclone', 'for word do file=$word; done; rm -f "$AT/repo/locks/${file##*/}"');
  const found = remove(repository);
  expect(found).toMatchObject(GONE);
  expect(found.calls.filter((call) => call.startsWith('rclone'))).toEqual([
    `rclone --b2-hard-delete deletefile -- ${folder}${folder.endsWith('/') || folder.endsWith(':') ? '' : '/'}locks/${DEAD}`,
  ]);
});
