import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileSystemAdapter } from 'fast-glob';
import { errorCode } from './error-code.js';

/** What stands at a path once every link is followed. */
export interface FileStats {
  readonly kind: 'file' | 'folder' | 'other';
  /** Bytes. */
  readonly size: number;
}

/**
 * Where input files are read from: the disk, or a commit as if it were checked out. Paths are absolute. Every
 * function but `exists` and `isLink` throws system errors (with a `code`) for what cannot be read.
 */
export interface Files {
  /** Follows links. */
  stat(path: string): FileStats;
  /** The bytes of a file; follows links. */
  read(path: string): Buffer;
  /** Whether anything has this path, be it a link to nowhere, or what may not be looked at. */
  exists(path: string): boolean;
  /** Whether a link has this path. */
  isLink(path: string): boolean;
  /** The same for all paths that lead to one file or folder. */
  identity(path: string): unknown;
  /** Everything below a folder, folders behind links too, as paths relative to it with `/`, sorted. */
  list(folder: string): string[];
  /** Says that these files are about to be read; may do the work for all of them at once. Never throws. */
  prefetch(paths: readonly string[]): void;
  /** What fast-glob is to look at, in the words of `node:fs`; empty for the disk itself. */
  readonly glob: Partial<FileSystemAdapter>;
}

/** What stands at a path itself. What the system does not tell is there: whoever reads it learns why. */
function look(path: string): 'missing' | 'link' | 'other' {
  try {
    return lstatSync(path).isSymbolicLink() ? 'link' : 'other';
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '') ? 'missing' : 'other';
  }
}

/** Whether a path below `root` is a link or lies behind one. */
export function passesLink(root: string, path: string, files: Files): boolean {
  const steps = path.split('/');
  return steps.some((_, index) => files.isLink(join(root, ...steps.slice(0, index + 1))));
}

/** The disk. */
export const DISK: Files = {
  stat(path) {
    const stats = statSync(path);
    return { kind: stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other', size: stats.size };
  },
  read: (path) => readFileSync(path),
  exists: (path) => look(path) !== 'missing',
  isLink: (path) => look(path) === 'link',
  identity: (path) => realpathSync(path),
  list: (folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .sort(),
  prefetch: () => undefined,
  glob: {},
};

let read: Buffer | null = null;

/** All of standard input; it can be read once, and both sides of a comparison may ask for it. */
export function standardInput(): Buffer {
  read ??= readFileSync(0);
  return read;
}
