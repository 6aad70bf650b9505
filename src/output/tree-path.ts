/** Where the manifest stands, relative to the output tree. */
export const MANIFEST_PATH = '.stowage/manifest.json';

/** Folder for files that are being written; each is renamed to its final name when it is whole. */
export const STAGING_FOLDER = '.stowage/staging';

/** Names of new contents in {@link STAGING_FOLDER}. */
export const STAGED_NAME = /^[0-9]+\.part$/;

/** Names of the lock files of runs in {@link STAGING_FOLDER}: process and host. Nothing else in there is ours. */
export const RUN_NAME = /^([0-9]+)@([A-Za-z0-9._~!*'()%-]+)\.run$/;

/**
 * Why `path` cannot be a file of the output tree; null if it can. Paths are relative, separated by `/`, made of
 * plain segments, and keep away from our own book-keeping and from `.git`. The manifest is untrusted input: every
 * path it lists must pass here before anything is done with it.
 */
export function pathFault(path: string): string | null {
  if (path === '') return 'it is empty';
  if (path.length > 4096) return 'it is too long';
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'it is absolute';
  if (path.includes('\\')) return 'it holds a backslash';
  if (path.includes('\0')) return 'it holds a NUL';
  const segments = path.split('/');
  if (segments.includes('..')) return 'it climbs out of the tree';
  if (segments.some((segment) => segment === '' || segment === '.')) return 'it is not in its plain form';
  const folded = foldPath(path);
  if (folded === MANIFEST_PATH || folded === STAGING_FOLDER || folded.startsWith(`${STAGING_FOLDER}/`)) {
    return 'it belongs to the book-keeping of the tree';
  }
  if (folded.split('/').includes('.git')) return 'it lies inside a `.git` folder';
  return null;
}

/** The form in which file systems that ignore case, or Unicode composition, compare names. */
export function foldPath(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** The folders above `path` inside the tree, nearest first: `a/b/c` gives `a/b`, `a`. */
export function parents(path: string): string[] {
  const result: string[] = [];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    result.push(path.slice(0, slash));
  }
  return result;
}
