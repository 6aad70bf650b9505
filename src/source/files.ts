import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { FileSystemAdapter } from 'fast-glob';

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
  /** Whether anything has this path, be it a link to nowhere. */
  exists(path: string): boolean;
  /** Whether a link has this path. */
  isLink(path: string): boolean;
  /** Everything below a folder, folders behind links too, as paths relative to it with `/`, sorted. */
  list(folder: string): string[];
  /** Says that these files are about to be read; may do the work for all of them at once. Never throws. */
  prefetch(paths: readonly string[]): void;
  /** What fast-glob is to look at, in the words of `node:fs`; empty for the disk itself. */
  readonly glob: Partial<FileSystemAdapter>;
}

/** The disk. */
export const DISK: Files = {
  stat(path) {
    const stats = statSync(path);
    return { kind: stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other', size: stats.size };
  },
  read: (path) => readFileSync(path),
  exists: (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
  isLink: (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true,
  list: (folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .sort(),
  prefetch: () => undefined,
  glob: {},
};
