import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { cleanEnvironment, inProcess, PROGRAM, project, scratch, snapshot, stowage } from './program.js';

let installed = '';
let cache = '';
beforeEach(() => {
  const folder = scratch();
  installed = join(folder, 'dist');
  cpSync(dirname(PROGRAM), installed, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  const [found = 'none'] = readdirSync(installed).filter((name) => name.endsWith('.cache'));
  cache = join(installed, found);
});

const version = () => {
  const words = [join(installed, 'stowage.js'), '--version'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    env: cleanEnvironment(),
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

const DAMAGES: Readonly<Record<string, () => void>> = {
  'as it was built': () => undefined,
  'that is not there': () => {
    rmSync(cache);
  },
  'that was cut off': () => {
    writeFileSync(cache, readFileSync(cache).subarray(0, 100_000));
  },
  'in which a byte differs': () => {
    const content = readFileSync(cache);
    content.fill('X', content.length / 2, content.length / 2 + 8);
    writeFileSync(cache, content);
  },
  'of another program': () => {
    writeFileSync(cache, 'no code');
  },
};

test.each(Object.entries(DAMAGES))('the program starts with a code cache %s', (_what, damage) => {
  damage();
  expect(version()).toEqual({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
});

test('V8 takes the code cache that was built', () => {
  const look = `const { readFileSync } = require('node:fs');
const [program, cache] = process.argv.slice(1).map((file) => readFileSync(file));
const { cachedDataRejected } = new (require('node:vm').Script)(String(program), { cachedData: cache });
console.log(cachedDataRejected);`;
  const words = ['--eval', look, cache.replace(/cache$/, 'cjs'), cache];
  const { stdout } = spawnSync(process.execPath, words, { env: cleanEnvironment(), encoding: 'utf8' });
  expect(stdout).toBe('false\n');
});

test.each([
  [['--help']],
  [['rendr']],
  [['validate']],
  [['paths', '--format', 'json']],
  [['render', '--out', 'made']],
  [['render', '--check', '--out', 'nowhere']],
])('what other tests run in a thread is what runs in a process: %j', (words) => {
  const [ours, other] = [project(), project()];
  const outcome = stowage(ours, words);
  expect(outcome).toEqual(inProcess(other, words));
  expect(snapshot(ours)).toEqual(snapshot(other));
});
