import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { Sandbox } from '../../support/sandbox.js';

const DEAD = 'd'.repeat(64);
const LIVING = 'f'.repeat(64);

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.write('script.sh', builtinTemplates().render('host/remove-dead-locks.sh.hbs', { header: 'test' }));
  sandbox.standIn('restic', 'case $1 in list) ls "$AT/repo/locks" ;; cat) echo "{}" ;; esac');
  // The living one goes after a while.
  sandbox.standIn(
    'sleep',
    '[ "$(grep -c ^sleep "$AT/calls")" -lt 9 ] || rm -f "$AT"/repo/locks/f*; mv "$AT"/repo/locks/f* "$AT/repo/locks/$(printf "f%063d" "$(wc -l <"$AT/calls")")" 2>/dev/null',
  );
  for (const id of [DEAD, LIVING]) sandbox.write(`repo/locks/${id}`, '');
});
afterEach(() => {
  sandbox.remove();
});

function remove(repository: string) {
  const { code, err } = sandbox.run(sandbox.at('script.sh'), [], { RESTIC_REPOSITORY: repository });
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
    '[ "$(grep -c ^sleep "$AT/calls")" -lt 6 ] || touch "$AT/enough"; [ ! -e "$AT/enough" ] || [ -e "$AT/seen" ] || { ls "$AT/repo/locks" >"$AT/seen"; }',
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
