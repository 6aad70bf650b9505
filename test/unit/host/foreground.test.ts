import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { shellPartial } from '../../support/partial.js';
import { Sandbox } from '../../support/sandbox.js';

let sandbox: Sandbox;
let script = '';
beforeEach(() => {
  sandbox = new Sandbox();
  script = sandbox.write(
    'script.sh',
    `set -eu
MAIN=$$ && export MAIN
trap 'echo script >>"$AT/ended"' EXIT
stop_job() { echo stopped >>"$AT/stopped"; }
${shellPartial('_foreground')}
in_foreground job "$@"
echo after`,
  );
  mkdirSync(sandbox.at('tmp'));
  for (const program of ['mktemp', 'mkfifo', 'rm']) {
    sandbox.standIn(
      program,
      `[ "$WHEN" != ${program} ] || kill "-$SIGNAL" "$MAIN"\nPATH=$REAL exec ${program} "$@"`,
    );
  }
  sandbox.standIn('job', 'if [ "$WHEN" = job ]; then kill "-$SIGNAL" "$MAIN"; exec sleep 60; fi\nexec "$@"');
});
afterEach(() => {
  sandbox.remove();
});

/** Runs the script until nothing that it began is left: each of them holds one end of the last pipe. */
function run(environment: Readonly<Record<string, string>>, ...words: string[]) {
  const path = process.env.PATH ?? '';
  const { status, signal, stdout, error } = spawnSync('sh', [script, ...words], {
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'pipe'],
    env: {
      ...{ PATH: `${sandbox.at('bin')}:${path}`, REAL: path, AT: sandbox.folder, TMPDIR: sandbox.at('tmp') },
      ...{ WHEN: 'never', SIGNAL: 'TERM', ...environment },
    },
  });
  if (error !== undefined) throw error;
  return { status, signal, out: stdout, left: readdirSync(sandbox.at('tmp')) };
}

test('the job has the words that it is given, and its exit code is the script’s', () => {
  expect(run({}, 'echo', 'a  b')).toEqual({ status: 0, signal: null, out: 'a  b\nafter\n', left: [] });
  expect(run({}, 'sh', '-c', 'exit 3')).toMatchObject({ status: 3, out: '', left: [] });
  expect(sandbox.has('stopped')).toBe(false);
});

test.each(['mktemp', 'mkfifo', 'rm', 'job'])('a signal while %s runs leaves neither job nor guard', (at) => {
  for (const [signal, code] of [
    ['HUP', 129],
    ['INT', 130],
    ['QUIT', 131],
    ['TERM', 143],
  ] as const) {
    expect([signal, run({ WHEN: at, SIGNAL: signal })]).toEqual([
      signal,
      { status: code, signal: null, out: '', left: [] },
    ]);
  }
});

test('whatever a job is about when it is ended in its first moments, it ends', () => {
  for (let turn = 0; turn < 25; turn += 1) {
    expect(run({ WHEN: 'job' })).toMatchObject({ status: 143, out: '' });
  }
  expect(sandbox.lines('stopped')).toHaveLength(25);
});

test('the script ends after its job, however long that takes', () => {
  sandbox.standIn(
    'job',
    `trap 'sleep 0.2; echo job >>"$AT/ended"; exit' TERM
kill -TERM "$MAIN"
while :; do sleep 0.05; done`,
  );
  expect(run({})).toMatchObject({ status: 143 });
  expect(sandbox.lines('ended')).toEqual(['job', 'script']);
});

test('when the script is killed, the job ends soon after', () => {
  expect(run({ WHEN: 'job', SIGNAL: 'KILL' })).toMatchObject({ status: null, signal: 'SIGKILL', out: '' });
  expect(sandbox.lines('stopped')).toHaveLength(1);
});
