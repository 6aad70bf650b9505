import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import type { FileSystemAdapter } from 'fast-glob';
import { DISK, type Files } from './files.js';
import { findRepository, GitError, resolveCommit, type Repository } from './git.js';
import { GitTree } from './git-tree.js';

const ON_DISK = { lstatSync, statSync, readdirSync };

/**
 * The files of a policy whose contracts may lie in many repositories, as {@link Files}: those of its own repository and of
 * every repository beside it as the commit has them that `reference` names there, those of a submodule as its pin says.
 * What no repository holds, or one that does not know the reference, is as it stands on the disk.
 */
export class GitForest implements Files {
  readonly #own: Repository;
  readonly #reference: string;
  readonly #tree: GitTree;
  readonly #environment: NodeJS.ProcessEnv;
  /** By the top of the work tree. */
  readonly #others = new Map<string, Files>();
  readonly #unknown = new Set<string>();

  /** Throws GitError when the repository of `folder` does not know the reference. */
  constructor(folder: string, reference: string, environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
    this.#reference = reference;
    this.#own = findRepository(folder, environment);
    this.#tree = new GitTree(this.#own, resolveCommit(this.#own, reference));
  }

  /** The top of the policy's own work tree. */
  get top(): string {
    return this.#own.top;
  }

  /** Repositories that were asked for a file and do not know the reference, absolute, sorted. */
  get unknown(): string[] {
    return [...this.#unknown].sort();
  }

  get glob(): Partial<FileSystemAdapter> {
    const at = (path: string) => ({ ...ON_DISK, ...this.#holder(path).glob }) as typeof ON_DISK;
    const adapter = {
      lstatSync: (path: string) => at(path).lstatSync(path),
      statSync: (path: string) => at(path).statSync(path),
      readdirSync: (path: string, options: { withFileTypes: true }) => at(path).readdirSync(path, options),
    };
    return adapter as unknown as Partial<FileSystemAdapter>;
  }

  stat: Files['stat'] = (path) => this.#holder(path).stat(path);
  read: Files['read'] = (path) => this.#holder(path).read(path);
  exists: Files['exists'] = (path) => this.#holder(path).exists(path);
  isLink: Files['isLink'] = (path) => this.#holder(path).isLink(path);
  identity: Files['identity'] = (path) => this.#holder(path).identity(path);
  list: Files['list'] = (folder) => this.#holder(folder).list(folder);

  prefetch(paths: readonly string[]): void {
    const wanted = new Map<Files, string[]>();
    for (const path of paths) {
      const holder = this.#holder(path);
      wanted.set(holder, [...(wanted.get(holder) ?? []), path]);
    }
    for (const [holder, its] of wanted) holder.prefetch(its);
  }

  #holder(path: string): Files {
    const below = this.#below(path);
    if (below === null) return this.#beside(path);
    const pin = this.#tree.submodules.find(({ path: at }) => below === at || below.startsWith(`${at}/`));
    return pin === undefined ? this.#tree : this.#submodule(pin.path, pin.hash);
  }

  /** Below the top of the policy's own repository; null for what lies outside. */
  #below(path: string): string | null {
    const way = relative(this.#own.folder, path).split(sep).join('/');
    const below = posix.normalize(posix.join(this.#own.prefix, way));
    return below === '..' || below.startsWith('../') || below.startsWith('/') ? null : below;
  }

  /** One that is not checked out holds nothing, in the work tree as in the commit. */
  #submodule(path: string, commit: string): Files {
    const top = join(this.#own.top, path);
    if (!existsSync(join(top, '.git'))) return this.#tree;
    return this.#other(top, (repository) => {
      try {
        return new GitTree(repository, resolveCommit(repository, commit));
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        throw new GitError(
          `the submodule \`${path}\` does not have its commit ${commit.slice(0, 12)}: fetch it`,
        );
      }
    });
  }

  #beside(path: string): Files {
    const top = topOf(path);
    if (top === null) return DISK;
    return this.#other(top, (repository) => {
      try {
        return new GitTree(repository, resolveCommit(repository, this.#reference));
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        this.#unknown.add(top);
        return DISK;
      }
    });
  }

  #other(top: string, open: (repository: Repository) => Files): Files {
    const known = this.#others.get(top);
    if (known !== undefined) return known;
    const opened = open(findRepository(top, this.#environment));
    this.#others.set(top, opened);
    return opened;
  }
}

/** The nearest folder, from a path upward, that is the top of a work tree. */
function topOf(path: string): string | null {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return null;
  }
}
