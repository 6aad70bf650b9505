// Runs the built program again and again in a thread: what costs is the start of Node, and that V8 meets all code for the
// first time. Here it is what stowage.js starts, with its words, environment and folder; its output is kept.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';

const { folder, answers, answered } = workerData;
const program = join(
  folder,
  readdirSync(folder).find((name) => name.endsWith('.cjs')),
);
const script = new Script(readFileSync(program, 'utf8'), { filename: program });
const load = () => script.runInThisContext()(createRequire(program), program);
let loaded = null;

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

parentPort.on('message', ({ words, environment, isUsual }) => {
  void run(words, environment, isUsual);
});

async function run(words, environment, isUsual) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.argv.splice(1, Infinity, join(folder, 'stowage.js'), ...words);
  process.exitCode = undefined;
  kept.out = kept.err = '';
  // Modules may look at the environment when they are loaded.
  const { start } = isUsual ? (loaded ??= load()) : load();
  await start(words);
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
