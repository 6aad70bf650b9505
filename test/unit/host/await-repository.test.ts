import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stowage-await-'));
  program('sleep', `echo "$1" >>${folder}/pauses`);
  program('timeout', `shift 2; echo "$*" >>${folder}/knocks; shift; exec "$@"`);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function program(name: string, script: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

const script = (): string => builtinTemplates().render('host/await-repository.sh.hbs', { header: 'test' });
const environment = (): NodeJS.ProcessEnv => ({ PATH: `${folder}:${process.env.PATH ?? ''}` });

/** Runs the script with a restic that answers with these codes, one a knock, and then with the last of them. */
function answer(codes: readonly number[], args: readonly string[] = []) {
  const restic = program(
    'restic',
    `set -- ${codes.join(' ')} ; n=$(wc -l <${folder}/knocks); [ "$n" -le $# ] || n=$#; shift $((n - 1)); echo config; exit "$1"`,
  );
  const result = spawnSync('sh', ['-c', script(), 'sh', ...args], { encoding: 'utf8', env: environment() });
  const read = (name: string) => {
    try {
      return readFileSync(path.join(folder, name), 'utf8').trimEnd().split('\n');
    } catch {
      return [];
    }
  };
  return {
    restic,
    code: result.status,
    stdout: result.stdout,
    stderr: result.stderr,
    pauses: read('pauses'),
    knocks: read('knocks'),
  };
}

test('a repository that answers is asked once, and nothing is said', () => {
  expect(answer([0])).toMatchObject({
    ...{ code: 0, stdout: '', stderr: '', pauses: [] },
    knocks: ['60 restic cat config --no-lock'],
  });
});

test('one that answers later is waited for, a minute each time', () => {
  const { code, pauses, knocks, stderr } = answer([1, 124, 0]);
  expect({ code, pauses, knocks: knocks.length }).toEqual({ code: 0, pauses: ['60', '60'], knocks: 3 });
  expect(stderr).toContain('knocking again in a minute (3 of 5)');
});

test.each([1, 124, 3, 137])('one that never answers (%s) fails after five knocks, once', (code) => {
  const result = answer([code]);
  expect(result).toMatchObject({ code, pauses: ['60', '60', '60', '60'] });
  expect(result.knocks).toHaveLength(5);
  expect(result.stderr).toContain(`did not answer five times (${code})`);
});

test.each([
  [10, 'no repository'],
  [12, 'a wrong password'],
])('%s (%s) is no matter of waiting', (code) => {
  expect(answer([code])).toMatchObject({ code, pauses: [] });
});

test('knocks with the program that it is given', () => {
  const other = program('restic in a container', 'exit 10');
  expect(answer([0], [other])).toMatchObject({ code: 10, knocks: [`60 ${other} cat config --no-lock`] });
});

/** A program that hangs until it is told to stop, and notes both. */
const hanging = (): string =>
  `trap 'echo told >${folder}/told; exit 1' TERM; touch ${folder}/hangs; while :; do /bin/sleep 0.02; done`;

test.each(['restic', 'sleep'])(
  'a stop ends it at once while it waits for %s, which is told',
  async (name) => {
    program('restic', 'exit 1');
    program(name, hanging());
    const running = spawn('sh', ['-c', script()], { env: environment(), stdio: 'ignore' });
    const ended = once(running, 'exit');
    while (!existsSync(path.join(folder, 'hangs'))) await pause(10);
    running.kill('SIGTERM');
    expect(await ended).toEqual([130, null]);
    expect(readFileSync(path.join(folder, 'told'), 'utf8')).toBe('told\n');
  },
);
