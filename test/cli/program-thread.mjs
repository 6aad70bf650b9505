// Runs the built program again and again in a thread, each time from its first line: what costs is the start of Node and
// what it has to compile anew. Here it is what stowage.js starts, with its words, environment and folder; its output is kept.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Script } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';

const { folder, answers, answered } = workerData;
const program = join(
  folder,
  readdirSync(folder).find((name) => name.endsWith('.cjs')),
);
const script = new Script(readFileSync(program, 'utf8'), { filename: program });

const kept = { out: '', err: '' };
process.stdout.write = (text) => keep('out', text);
process.stderr.write = (text) => keep('err', text);
function keep(stream, text) {
  kept[stream] += text;
  return true;
}

process.on('uncaughtException', (error) => {
  answer({ crash: error.stack });
});

parentPort.on('message', ({ words, environment }) => {
  void run(words, environment);
});

async function run(words, environment) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.argv.splice(1, Infinity, join(folder, 'stowage.js'), ...words);
  process.exitCode = undefined;
  kept.out = kept.err = '';
  script.runInThisContext()(createRequire(program), program);
  // It says its exit code when it has ended, and only then.
  while (process.exitCode === undefined) await turn();
  const { exitCode } = process;
  process.exitCode = undefined;
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
  answer({ outcome: { code: exitCode, ...kept } });
}

function answer(message) {
  answers.postMessage(message);
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
}
