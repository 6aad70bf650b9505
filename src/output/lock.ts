import { mkdirSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { errorCode } from '../source/error-code.js';
import { statOrNull } from './disk.js';
import { RUN_NAME, STAGING_FOLDER } from './tree-path.js';

/** Another run is writing the same tree, or has just changed it. Nothing was written. */
export class TreeBusyError extends Error {
  override readonly name = 'TreeBusyError';
  /** What to do about it. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** A lock file that is older than this is left over, whatever its process number may mean by now: writing takes seconds. */
const OLDEST_MS = 10 * 60 * 1000;

/**
 * Runs `write` while no other run writes the tree at `root` (absolute; `name` is what people call it). Every run puts
 * down a lock file of its own name and then looks for others, so that no lock file is ever taken away from under a living run: of
 * two that start at the same moment none goes on. Lock files of killed runs are cleared away. Throws a {@link TreeBusyError}
 * when there is another.
 */
export function withTreeLock<T>(root: string, name: string, write: () => T): T {
  const folder = join(root, STAGING_FOLDER);
  const own = `${process.pid}@${encodeURIComponent(hostname())}.run`;
  putMark(folder, own);
  try {
    refuseOthers(root, name, own);
    for (const lockFile of lockFiles(folder))
      if (lockFile !== own) rmSync(join(folder, lockFile), { force: true });
    return write();
  } finally {
    rmSync(join(folder, own), { force: true });
    removeEmpty(folder);
  }
}

/** Throws a {@link TreeBusyError} while another run than the one with the lock file `own` is writing. Changes nothing. */
export function refuseOthers(root: string, name: string, own: string | null): void {
  const folder = join(root, STAGING_FOLDER);
  const other = lockFiles(folder).find((lockFile) => lockFile !== own && isLiving(folder, lockFile));
  if (other === undefined) return;
  const [, pid = '', host = ''] = RUN_NAME.exec(other) ?? [];
  throw new TreeBusyError(
    `another run (process ${pid} on ${host}) is writing \`${name}\``,
    `run this one again when that one has ended; if there is none, remove ${name}/${STAGING_FOLDER}/${other}`,
  );
}

/** The lock files of all runs, those of killed ones too. */
function lockFiles(folder: string): string[] {
  if (statOrNull(folder)?.isDirectory() !== true) return [];
  return readdirSync(folder).filter((name) => RUN_NAME.test(name));
}

/** Another run that ends may take the empty folder away before the lock file is in it. */
function putMark(folder: string, name: string): void {
  const put = (): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), '');
  };
  try {
    put();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    put();
  }
}

/** Whether the run that a lock file belongs to may still be writing. */
function isLiving(folder: string, lockFile: string): boolean {
  const [, pid = '', host = ''] = RUN_NAME.exec(lockFile) ?? [];
  const elsewhere = host !== encodeURIComponent(hostname());
  return isYoung(join(folder, lockFile)) && (elsewhere || isProcess(Number(pid)));
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return errorCode(error) !== 'ESRCH';
  }
}

function isYoung(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < OLDEST_MS;
}

/** Removes the folder when it is empty, and the one above it when that is empty then. */
function removeEmpty(folder: string): void {
  for (const path of [folder, dirname(folder)]) {
    if (statOrNull(path) === null || readdirSync(path).length > 0) return;
    try {
      rmdirSync(path);
    } catch (error) {
      // Another run has just put something there, or has removed it.
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errorCode(error) ?? '')) throw error;
    }
  }
}
