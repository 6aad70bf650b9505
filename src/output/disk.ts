import { lstatSync, readFileSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../source/error-code.js';
import { parents } from './tree-path.js';
import { compareText } from '../text/compare.js';

/** What stands at one path of the tree. Symbolic links are never followed. */
export type OnDisk =
  | { readonly kind: 'missing' }
  | { readonly kind: 'file'; readonly content: Buffer; readonly executable: boolean }
  /** Every file below it, and every folder in it (itself too) that holds nothing, as paths of the tree. */
  | { readonly kind: 'folder'; readonly files: readonly string[]; readonly emptyFolders: readonly string[] }
  /** A symbolic link, device, socket or pipe. */
  | { readonly kind: 'other' }
  /** Something that is not a folder stands above it, at path `by`. */
  | { readonly kind: 'blocked'; readonly by: string; readonly symlink: boolean };

/** Reads what stands at a path; throws for I/O failures only. */
export type ReadDisk = (path: string) => OnDisk;

/** `lstat`, null for what is not there. */
export function statOrNull(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    // A part of the path is a file: nothing can stand below it.
    if (errorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** What a folder holds, sorted, as paths relative to the root of the tree. */
export interface Listing {
  readonly files: readonly string[];
  readonly emptyFolders: readonly string[];
}

/** Lists everything below `folder` (itself too, when it is empty). Follows no link; leaves out what `skip` names. */
export function listTree(
  root: string,
  folder: string,
  skip: (path: string) => boolean = () => false,
): Listing {
  const files: string[] = [];
  const emptyFolders: string[] = [];
  const visit = (path: string): void => {
    const entries = readdirSync(join(root, path), { withFileTypes: true });
    if (entries.length === 0) emptyFolders.push(path);
    for (const entry of entries) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (skip(child)) continue;
      if (entry.isDirectory()) visit(child);
      else files.push(child);
    }
  };
  visit(folder);
  return { files: files.sort(compareText), emptyFolders: emptyFolders.sort(compareText) };
}

/** A reader of the tree below `root` (absolute, resolved). Looks at each folder once. */
export function diskReader(root: string): ReadDisk {
  /** By folder: null for a real folder or nothing, else what blocks the way. */
  const blockers = new Map<string, OnDisk | null>();

  const blocker = (folder: string): OnDisk | null => {
    const known = blockers.get(folder);
    if (known !== undefined) return known;
    const above = parents(folder)[0];
    let result = above === undefined ? null : blocker(above);
    if (result === null) {
      const stats = statOrNull(join(root, folder));
      if (stats !== null && !stats.isDirectory()) {
        result = { kind: 'blocked', by: folder, symlink: stats.isSymbolicLink() };
      }
    }
    blockers.set(folder, result);
    return result;
  };

  return (path) => {
    const parent = parents(path)[0];
    const blocked = parent === undefined ? null : blocker(parent);
    if (blocked !== null) return blocked;
    const absolute = join(root, path);
    const stats = statOrNull(absolute);
    if (stats === null) return { kind: 'missing' };
    if (stats.isDirectory()) return { kind: 'folder', ...listTree(root, path) };
    if (!stats.isFile()) return { kind: 'other' };
    return { kind: 'file', content: readFileSync(absolute), executable: (stats.mode & 0o100) !== 0 };
  };
}
