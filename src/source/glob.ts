import { lstatSync, readdirSync, statSync, type PathLike } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import glob, { type FileSystemAdapter } from 'fast-glob';
import { errorCode } from './error-code.js';
import { passesLink, type Files } from './files.js';

/** What a pattern names. */
export interface Matches {
  /** Relative to the folder that was searched, with `/`. */
  readonly names: readonly string[];
  /** Folders that the pattern leads into and that cannot be looked into, with what the system said. */
  readonly closed: readonly { readonly path: string; readonly error: unknown }[];
}

const NOTHING: Matches = { names: [], closed: [] };

/** No path is longer (PATH_MAX of Linux), and the matcher refuses a pattern of sixteen times this. */
const MAX_PATTERN = 4096;

/**
 * Expands one pattern relative to `root`. Whatever it leaves out is never backed up, so it follows links, and what it
 * names but is no file comes back as well: reading it says what is wrong. Files beginning with a dot are not matched, and
 * a link back to a folder on the way to it ends there. Nothing below the folder `except` matches, unless the pattern is its
 * very name. Null for a pattern that cannot be one.
 */
export function matchPattern(
  root: string,
  pattern: string,
  except: string | null,
  files: Files,
): Matches | null {
  if (pattern.length > MAX_PATTERN || pattern.includes('\0')) return NOTHING;
  // A link to nowhere is there too: reading it says what is wrong with it.
  if (!glob.isDynamicPattern(pattern))
    return files.exists(resolve(root, pattern)) ? { names: [pattern], closed: [] } : NOTHING;
  const closed: { path: string; error: unknown }[] = [];
  const entries = search(root, pattern, except, watched(files, closed));
  if (entries === null) return null;
  const names = entries.filter(({ path, dirent }) => dirent.isFile() || isMeant(root, path, pattern, files));
  return { names: names.map(({ path }) => path), closed };
}

function search(root: string, pattern: string, except: string | null, fs: Partial<FileSystemAdapter>) {
  const options = {
    cwd: root,
    dot: false,
    ignore: except === null ? [] : [`${glob.escapePath(except)}/**`],
    onlyFiles: false,
    objectMode: true,
    suppressErrors: true,
    fs,
  } as const;
  try {
    return glob.sync(pattern, options);
  } catch {
    // The library throws for what no file system says, such as a range of a million names.
    return null;
  }
}

/** A folder is meant when the pattern ends in a name for files, not in a mere `*`. */
function isMeant(root: string, path: string, pattern: string, files: Files): boolean {
  try {
    return files.stat(join(root, path)).kind !== 'folder' || /[\p{L}\p{N}][^/]*$/u.test(pattern);
  } catch {
    return true;
  }
}

const ON_DISK = { lstatSync, statSync, readdirSync };

/** The file system for fast-glob, which keeps to itself what it cannot read: `closed` gets it. */
function watched(files: Files, closed: { path: string; error: unknown }[]): Partial<FileSystemAdapter> {
  const source = { ...ON_DISK, ...files.glob } as typeof ON_DISK;
  const adapter = {
    lstatSync: source.lstatSync,
    // Asked about links only. One that leads nowhere goes for a folder: if the pattern leads into it, reading it fails.
    statSync(path: string) {
      const stats = orNull(() => source.statSync(path)) ?? source.statSync(dirname(path));
      if (stats.isDirectory() && leadsBack(path, files)) throw new Error(`\`${path}\` leads back`);
      return stats;
    },
    readdirSync(path: PathLike, options: { withFileTypes: true }) {
      try {
        return source.readdirSync(path, options);
      } catch (error) {
        const isMissing = ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');
        if (!isMissing || files.isLink(String(path))) closed.push({ path: String(path), error });
        throw error;
      }
    },
  };
  return adapter as unknown as Partial<FileSystemAdapter>;
}

/** Whether a link leads to a folder on the way to it. */
function leadsBack(path: string, files: Files): boolean {
  const target = orNull(() => files.identity(path));
  if (target === null) return false;
  for (let above = dirname(path); ; above = dirname(above)) {
    if (orNull(() => files.identity(above)) === target) return true;
    if (dirname(above) === above) return false;
  }
}

/** What the file system says, or null when it fails. */
function orNull<Result>(ask: () => Result): Result | null {
  try {
    return ask();
  } catch {
    return null;
  }
}

/** Each file once, whichever links lead to it: of its names the first one without a link on the way, or else the first. */
export function withoutTwins(root: string, names: readonly string[], files: Files): string[] {
  const linked = new Set(names.filter((name) => passesLink(root, name, files)));
  const plain = names.filter((name) => !linked.has(name));
  const seen = new Set<unknown>();
  return [...plain, ...linked].filter((name) => {
    const identity = orNull(() => files.identity(resolve(root, name)));
    if (identity === null) return true;
    const isNew = !seen.has(identity);
    seen.add(identity);
    return isNew;
  });
}
