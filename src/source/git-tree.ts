import type { Dirent, Stats } from 'node:fs';
import { posix, relative, resolve, sep } from 'node:path';
import type { FileSystemAdapter } from 'fast-glob';
import type { Files, FileStats } from './files.js';
import { listCommit, objectSizes, readObjects, type Repository, type TreeEntry } from './git.js';
import { MAX_BYTES } from './read.js';

/** As many links as Linux follows (path_resolution(7)). */
const MAX_LINKS = 40;

/** A folder's entries by name. A submodule is a folder of its own that holds nothing, as after a plain checkout. */
interface Folder {
  readonly entries: Map<string, Folder | TreeEntry>;
}

type Node = Folder | TreeEntry;

function isFolder(node: Node): node is Folder {
  return 'entries' in node;
}

/** What `node:fs` would throw. */
function fault(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
}

/**
 * A commit's files as {@link Files}, under the paths that they would have if the commit were checked out in place of the
 * work tree. Reads objects only: no checkout, no index, no temporary file. Bytes are those in the repository: line
 * endings are not converted and filters (such as LFS) do not run. A link that leads out of the repository is refused.
 */
export class GitTree implements Files {
  readonly #repository: Repository;
  readonly #root: Folder = { entries: new Map() };
  readonly #contents = new Map<string, Buffer>();
  readonly #sizes = new Map<string, number>();
  /** Which commit each submodule is pinned to; their files are in repositories of their own. */
  readonly submodules: readonly TreeEntry[];

  constructor(repository: Repository, commit: string) {
    this.#repository = repository;
    const entries = listCommit(repository, commit);
    this.submodules = entries.filter(({ kind }) => kind === 'submodule');
    for (const entry of entries) this.#add(entry);
  }

  get glob(): Partial<FileSystemAdapter> {
    const stats = (node: Node, followed: boolean, name = '') =>
      fakeStats(isFolder(node) ? 'folder' : !followed && node.kind === 'link' ? 'link' : 'file', name);
    const adapter = {
      lstatSync: (path: string) => stats(this.#node(path, 'lstat', false), false),
      statSync: (path: string) => stats(this.#node(path, 'stat', true), true),
      readdirSync: (path: string) =>
        [...this.#folder(path).entries].map(([name, node]) => stats(node, false, name)),
    };
    return adapter as unknown as Partial<FileSystemAdapter>;
  }

  stat(path: string): FileStats {
    const node = this.#node(path, 'stat', true);
    return isFolder(node) ? { kind: 'folder', size: 0 } : { kind: 'file', size: this.#size(node) };
  }

  read(path: string): Buffer {
    const node = this.#node(path, 'open', true);
    if (isFolder(node)) throw fault('EISDIR', 'read', path);
    return this.#content(node, path);
  }

  exists(path: string): boolean {
    try {
      this.#node(path, 'lstat', false);
      return true;
    } catch {
      return false;
    }
  }

  isLink(path: string): boolean {
    try {
      const node = this.#node(path, 'lstat', false);
      return !isFolder(node) && node.kind === 'link';
    } catch {
      return false;
    }
  }

  identity(path: string): unknown {
    return this.#node(path, 'stat', true);
  }

  list(folder: string): string[] {
    const found: string[] = [];
    const visit = (current: Folder, above: string, open: readonly Folder[]): void => {
      for (const name of current.entries.keys()) {
        const way = `${above}${name}`;
        found.push(way);
        const below = this.#folderOrNull(resolve(folder, way));
        // A link back to a folder on the way here has no end.
        if (below !== null && !open.includes(below)) visit(below, `${way}/`, [...open, below]);
      }
    };
    const start = this.#folder(folder);
    visit(start, '', [start]);
    return found.sort();
  }

  prefetch(paths: readonly string[]): void {
    const wanted = new Set<string>();
    for (const path of paths) {
      try {
        const node = this.#node(path, 'open', true);
        if (!isFolder(node) && !this.#contents.has(node.hash)) wanted.add(node.hash);
      } catch {
        // Whoever reads it learns why it cannot be read.
      }
    }
    if (wanted.size === 0) return;
    for (const [hash, size] of objectSizes(this.#repository, [...wanted])) this.#sizes.set(hash, size);
    const small = [...wanted].filter((hash) => (this.#sizes.get(hash) ?? Infinity) <= MAX_BYTES);
    for (const [hash, content] of readObjects(this.#repository, small)) this.#contents.set(hash, content);
  }

  #add(entry: TreeEntry): void {
    const steps = entry.path.split('/');
    const name = steps.pop() ?? '';
    let folder = this.#root;
    for (const step of steps) {
      const known = folder.entries.get(step);
      const next = known !== undefined && isFolder(known) ? known : { entries: new Map<string, Node>() };
      folder.entries.set(step, next);
      folder = next;
    }
    folder.entries.set(name, entry.kind === 'submodule' ? { entries: new Map() } : entry);
  }

  #size(node: TreeEntry): number {
    const known = this.#sizes.get(node.hash);
    if (known !== undefined) return known;
    const size = objectSizes(this.#repository, [node.hash]).get(node.hash) ?? 0;
    this.#sizes.set(node.hash, size);
    return size;
  }

  #content(node: TreeEntry, path: string): Buffer {
    const content =
      this.#contents.get(node.hash) ?? readObjects(this.#repository, [node.hash]).get(node.hash);
    // A partial or shallow clone that could not fetch it.
    if (content === undefined) throw fault('ENOENT', 'open', path);
    this.#contents.set(node.hash, content);
    return content;
  }

  #folder(path: string): Folder {
    const node = this.#node(path, 'scandir', true);
    if (!isFolder(node)) throw fault('ENOTDIR', 'scandir', path);
    return node;
  }

  #folderOrNull(path: string): Folder | null {
    try {
      const node = this.#node(path, 'scandir', true);
      return isFolder(node) ? node : null;
    } catch {
      return null;
    }
  }

  /** The steps of an absolute path below the top of the repository. */
  #steps(path: string, syscall: string): string[] {
    const { folder, prefix } = this.#repository;
    const way = relative(folder, path).split(sep).join('/');
    const below = posix.normalize(posix.join(prefix, way));
    if (below === '..' || below.startsWith('../') || below.startsWith('/'))
      throw fault('EXDEV', syscall, path);
    return below.split('/').filter((step) => step !== '' && step !== '.');
  }

  /** What stands at a path; every link on the way to it is followed, and itself as well if `follow` says so. */
  #node(path: string, syscall: string, follow: boolean): Node {
    const todo = this.#steps(path, syscall);
    const done: Folder[] = [this.#root];
    let links = 0;
    for (let step = todo.shift(); step !== undefined; step = todo.shift()) {
      if (step === '..') {
        if (done.length === 1) throw fault('EXDEV', syscall, path);
        done.pop();
        continue;
      }
      const node = done.at(-1)?.entries.get(step);
      if (node === undefined) throw fault('ENOENT', syscall, path);
      if (isFolder(node)) {
        done.push(node);
      } else if (node.kind === 'link' && (follow || todo.length > 0)) {
        links += 1;
        if (links > MAX_LINKS) throw fault('ELOOP', syscall, path);
        const target = this.#target(node, path, syscall);
        if (target.absolute) done.splice(1);
        todo.unshift(...target.steps);
      } else if (todo.length > 0) {
        throw fault('ENOTDIR', syscall, path);
      } else {
        return node;
      }
    }
    return done.at(-1) ?? this.#root;
  }

  /** Where a link leads: from its own folder, or (`absolute`) from the top of the repository. */
  #target(node: TreeEntry, path: string, syscall: string): { steps: string[]; absolute: boolean } {
    const text = this.#content(node, path).toString('utf8');
    const plain = (way: string) => way.split('/').filter((step) => step !== '' && step !== '.');
    if (!text.startsWith('/')) return { steps: plain(text), absolute: false };
    const way = relative(this.#repository.top, resolve(text)).split(sep).join('/');
    if (way === '..' || way.startsWith('../')) throw fault('EXDEV', syscall, path);
    return { steps: plain(way), absolute: true };
  }
}

/** As much of a `Stats` or `Dirent` as fast-glob asks for. */
function fakeStats(kind: 'file' | 'folder' | 'link', name: string): Stats & Dirent {
  const no = () => false;
  return {
    name,
    isFile: () => kind === 'file',
    isDirectory: () => kind === 'folder',
    isSymbolicLink: () => kind === 'link',
    isBlockDevice: no,
    isCharacterDevice: no,
    isFIFO: no,
    isSocket: no,
  } as unknown as Stats & Dirent;
}
