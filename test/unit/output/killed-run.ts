// Writes a tree and is killed after some file operations: `node killed-run.mjs ROOT FILES_JSON STEPS`.
// Bundled and spawned by killed.test.ts, because only a process of its own can die of SIGKILL.
import { readFileSync, writeFileSync } from 'node:fs';
import { diskOperations, type WriteOperations } from '../../../src/output/operations.js';
import { applyWrite, planWrite } from '../../../src/output/tree.js';
import type { RenderedFile } from '../../../src/rendering/file.js';

const [root = '', wanted = '', steps = ''] = process.argv.slice(2);
let left = Number(steps);

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing may happen until then.
  for (;;);
}

function counted<A extends unknown[]>(operation: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    if (left === 0) die();
    left -= 1;
    operation(...args);
  };
}

const operations: WriteOperations = {
  makeFolder: counted(diskOperations.makeFolder),
  createFile: (path, content, mode) => {
    if (left === 0) {
      // Dying in the middle of a write leaves a part of the content.
      writeFileSync(path, content.slice(0, Math.floor(content.length / 2)));
      die();
    }
    left -= 1;
    diskOperations.createFile(path, content, mode);
  },
  rename: counted(diskOperations.rename),
  removeFile: counted(diskOperations.removeFile),
  removeFolder: counted(diskOperations.removeFolder),
};

const files = JSON.parse(readFileSync(wanted, 'utf8')) as RenderedFile[];
applyWrite(planWrite(root, files), { operations });
