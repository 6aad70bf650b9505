import { readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { wholeFile } from '../diagnostics/diagnostic.js';
import type { RenderedFile } from '../rendering/file.js';
import { listTree, statOrNull, type ReadDisk } from './disk.js';
import { parseManifest, type Manifest } from './manifest.js';
import { MANIFEST_PATH, RUN_NAME, STAGED_NAME, STAGING_FOLDER } from './tree-path.js';

/** Largest manifest that is read: far above what a hundred thousand files need. */
const MANIFEST_LIMIT = 64 * 1024 * 1024;

/** `path` with every symbolic link resolved, as far as it exists. */
export function resolveExisting(path: string): string {
  const absolute = resolve(path);
  if (statOrNull(absolute) === null && dirname(absolute) !== absolute) {
    return join(resolveExisting(dirname(absolute)), basename(absolute));
  }
  return realpathSync(absolute);
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === path);
}

function homeFolder(): string | null {
  const home = homedir();
  return home === '' ? null : resolveExisting(home);
}

/**
 * Why the output may not be written to `root` (absolute); null if it may. `project` is the policy's folder: a tree
 * that held it would mix what people write with what is generated.
 */
function rootFault(root: string, project: string | null): string | null {
  if (dirname(root) === root) return 'it is the root of the file system';
  if (root === homeFolder()) return 'it is the home folder';
  if (project !== null && isWithin(root, resolveExisting(project))) return 'the policy lies in it';
  if (root.toLowerCase().split(sep).includes('.git')) return 'it lies inside a `.git` folder';
  const stats = statOrNull(root);
  if (stats !== null && !stats.isDirectory()) return 'it is not a folder';
  return null;
}

/** The output root with its links resolved, or why it is refused. */
export function openRoot(
  path: string,
  name: string,
  project: string | null,
): { root: string; refused?: Diagnostic } {
  const refuse = (root: string, fault: string): { root: string; refused: Diagnostic } => ({
    root,
    refused: {
      code: 'STW601',
      severity: 'error',
      message: `cannot write into \`${name}\`: ${fault}`,
      span: wholeFile(name),
      hint: 'name a folder of its own as `output`, or with `--out`',
    },
  });
  const absolute = resolve(path);
  const stats = statOrNull(absolute);
  if (stats?.isSymbolicLink() === true) {
    try {
      realpathSync(absolute);
    } catch {
      return refuse(absolute, 'it is a symbolic link that leads nowhere');
    }
  }
  const root = resolveExisting(absolute);
  const fault = rootFault(root, project);
  return fault === null ? { root } : refuse(root, fault);
}

/** The manifest as it stands on disk. */
export interface StoredManifest {
  /** Null when there is none. */
  readonly text: string | null;
  readonly manifest: Manifest;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads `root`'s manifest without following a link; `name` is its name in diagnostics. */
export function readManifest(root: string, name: string): StoredManifest {
  const fault = (message: string): StoredManifest => ({
    text: null,
    manifest: new Map(),
    diagnostics: [{ code: 'STW605', severity: 'error', message, span: wholeFile(name) }],
  });
  for (const folder of [dirname(MANIFEST_PATH), STAGING_FOLDER]) {
    const stats = statOrNull(join(root, folder));
    if (stats !== null && !stats.isDirectory()) {
      return fault(`\`${folder}\` in the output folder is not a folder`);
    }
  }
  const stats = statOrNull(join(root, MANIFEST_PATH));
  if (stats === null) return { text: null, manifest: new Map(), diagnostics: [] };
  if (!stats.isFile()) return fault('the manifest is not a plain file');
  if (stats.size > MANIFEST_LIMIT) return fault('the manifest is larger than 64 MiB');
  const text = readFileSync(join(root, MANIFEST_PATH), 'utf8');
  return { text, ...parseManifest(text, name) };
}

/** Whether a path of the tree is a file that a run, killed perhaps, has put into the staging folder. */
function isStaged(path: string): boolean {
  const [folder, file] = [path.slice(0, STAGING_FOLDER.length), path.slice(STAGING_FOLDER.length + 1)];
  if (folder !== STAGING_FOLDER || path[STAGING_FOLDER.length] !== '/') return false;
  return STAGED_NAME.test(file) || RUN_NAME.test(file);
}

/**
 * The first file in a folder without a manifest that rendering would not leave exactly as it is; null if there is
 * none, so that the folder may become ours. A `.git` at the top belongs to whoever keeps the tree in a repository.
 */
export function findNotOurs(root: string, files: readonly RenderedFile[], disk: ReadDisk): string | null {
  if (statOrNull(root) === null) return null;
  const rendered = new Map(files.map((file) => [file.path, file.content]));
  const notOurs = listTree(root, '', (path) => path === '.git').files.find((path) => {
    if (isStaged(path)) return false;
    const state = disk(path);
    const content = rendered.get(path);
    return content === undefined || state.kind !== 'file' || !state.content.equals(Buffer.from(content));
  });
  return notOurs ?? null;
}
