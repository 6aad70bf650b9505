// Writes a tree and is killed after some file operations, or copies the tree before each of them to where a kill would leave
// it so: `node killed-run.mjs ROOT FILES_JSON STEPS [STATES]`.
// Bundled and spawned by killed.test.ts, because only a process of its own can die of SIGKILL.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { diskOperations, type WriteOperations } from '../../../src/output/operations.js';
import { applyWrite, planWrite } from '../../../src/output/tree.js';
import type { RenderedFile } from '../../../src/rendering/file.js';

const [root = '', wanted = '', steps = '', states = ''] = process.argv.slice(2);
let step = 0;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing may happen until then.
  for (;;);
}

/** What a kill in the middle of writing this file, if it is one, leaves in a folder. */
function writeHalf(folder: string, path: string, content: string): void {
  writeFileSync(join(folder, relative(root, path)), content.slice(0, Math.floor(content.length / 2)));
}

/** Comes before each operation. */
function stop(leaveHalf: (folder: string) => void = () => undefined): void {
  if (states !== '') {
    const state = join(states, String(step));
    if (existsSync(root)) cpSync(root, state, { recursive: true });
    else mkdirSync(state, { recursive: true });
    leaveHalf(state);
  } else if (step === Number(steps)) {
    leaveHalf(root);
    die();
  }
  step += 1;
}

function counted<A extends unknown[]>(operation: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    stop();
    operation(...args);
  };
}

const operations: WriteOperations = {
  makeFolder: counted(diskOperations.makeFolder),
  createFile: (path, content, mode) => {
    stop((folder) => {
      writeHalf(folder, path, content);
    });
    diskOperations.createFile(path, content, mode);
  },
  rename: counted(diskOperations.rename),
  removeFile: counted(diskOperations.removeFile),
  removeFolder: counted(diskOperations.removeFolder),
};

const files = JSON.parse(readFileSync(wanted, 'utf8')) as RenderedFile[];
applyWrite(planWrite(root, files), { operations });
