import { chmodSync, mkdirSync, renameSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';

/** Everything that changes the disk, so that tests can stop a run between any two of them. Paths are absolute. */
export interface WriteOperations {
  /** Makes a folder and those above it; nothing if it is there. */
  readonly makeFolder: (path: string) => void;
  /** Makes a new file with exactly this mode, whatever the umask; fails if something stands there. */
  readonly createFile: (path: string, content: string, mode: number) => void;
  readonly rename: (from: string, to: string) => void;
  readonly removeFile: (path: string) => void;
  /** Removes an empty folder; fails for any other. */
  readonly removeFolder: (path: string) => void;
}

/** The real disk. Synchronous: for thousands of small files that is faster than asynchronous calls. */
export const diskOperations: WriteOperations = {
  makeFolder(path) {
    mkdirSync(path, { recursive: true });
  },
  createFile(path, content, mode) {
    writeFileSync(path, content, { flag: 'wx', mode });
    chmodSync(path, mode);
  },
  rename: renameSync,
  removeFile: unlinkSync,
  removeFolder: rmdirSync,
};
