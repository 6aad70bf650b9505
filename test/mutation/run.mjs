// Breaks a copy of the sources on purpose, one place at a time, and fails where no test notices. Golden trees do not count:
// `update-golden` makes them agree with anything.
//   npm run mutate                       every mutant of the list
//   npm run mutate -- FILE...            those of these files
//   npm run mutate -- --changed REF      those of files that differ from a commit, or whose tests do; where there is no such
//                                        commit (a clone without history) a sample
//   npm run mutate -- --minutes N ...    begins none after so many minutes, and says how many that leaves out
import { spawn, spawnSync } from 'node:child_process';
import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { Copy } from './copy.mjs';
import { chosen, readArguments } from './choose.mjs';
import { MUTANTS } from './mutants.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A test that hangs has noticed something. */
const LONGEST = 180_000;
const JEST = [
  ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
  ...['--runInBand', '--reporters', './test/mutation/first-failure.mjs', '--runTestsByPath'],
];

/** Whether these tests pass in the copy; and what jest said. */
async function test(copy, files) {
  const child = spawn(process.execPath, [...JEST, ...files], {
    cwd: copy.folder,
    // A group of its own, so that what a test has started ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const end = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  process.once('exit', end);
  const timer = setTimeout(end, LONGEST);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  process.off('exit', end);
  return { passed: code === 0, said };
}

/** `noticed`, or what is wrong with the mutant or the tests. */
async function play(copy, { file, text, instead, tests }) {
  const count = copy.count(file, text);
  if (count !== 1) return `stands ${count} times in the file: put the list right`;
  const built = copy.replace(file, text, instead);
  if (!built) return 'does not build: it proves nothing';
  const { passed } = await test(copy, tests);
  return passed ? 'no test notices' : 'noticed';
}

async function playAll(copy, mutants, minutes) {
  const start = performance.now();
  let [left, bad] = [mutants.length, 0];
  for (const mutant of mutants) {
    const begin = performance.now();
    if (begin - start > minutes * 60_000) break;
    const result = await play(copy, mutant);
    copy.restore(mutant.file);
    left -= 1;
    bad += result === 'noticed' ? 0 : 1;
    const seconds = Math.round((performance.now() - begin) / 1000);
    console.log(
      `${result === 'noticed' ? '    ' : 'BAD '}${mutant.file}: ${mutant.what}: ${result} (${seconds} s)`,
    );
  }
  if (left > 0) console.log(`${left} of ${mutants.length} mutants are left out: ${minutes} minutes are over`);
  console.log(`${mutants.length - left - bad} of ${mutants.length - left} mutants were noticed`);
  return bad === 0;
}

const options = readArguments(process.argv.slice(2));
const git = (...words) => spawnSync('git', ['-C', ROOT, ...words], { encoding: 'utf8' });
const { mutants, why } = chosen(MUTANTS, options, git);
console.log(`${mutants.length} of ${MUTANTS.length} mutants: ${why}`);
if (mutants.length > 0) {
  const copy = new Copy(ROOT);
  process.once('exit', () => copy.remove());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));
  copy.build();
  const { passed, said } = await test(copy, [...new Set(mutants.flatMap(({ tests }) => tests))]);
  if (!passed) {
    console.error(`${said}\nThe tests fail before anything is broken.`);
    process.exit(1);
  }
  process.exit((await playAll(copy, mutants, options.minutes)) ? 0 : 1);
}
