import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Comparison, Drift } from './compare.js';
import { statOrNull } from './disk.js';
import { serializeManifest } from './manifest.js';
import { diskOperations, type WriteOperations } from './operations.js';
import { MANIFEST_PATH, RUN_NAME, STAGED_NAME, STAGING_FOLDER, parents } from './tree-path.js';
import { compareText } from '../text/compare.js';

/** What a run did to the tree. Paths are relative to it and sorted; the manifest counts as one of its files. */
export interface WriteResult {
  readonly written: readonly string[];
  readonly unchanged: number;
  readonly removed: readonly string[];
  /** How the tree still differs from what rendering gives. */
  readonly drift: readonly Drift[];
}

/** What has to be known to write; see planWrite. */
export interface WriteOrder {
  /** Absolute; links resolved. */
  readonly root: string;
  readonly comparison: Comparison;
  /** The manifest's text on disk, null for none, and as it must become. */
  readonly manifestBefore: string | null;
  readonly manifestAfter: string;
}

export interface WriteHooks {
  readonly operations?: WriteOperations;
  /** Called after each file. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Names of the files that this program left in the staging folder. */
function leftovers(root: string): string[] {
  const folder = join(root, STAGING_FOLDER);
  if (statOrNull(folder)?.isDirectory() !== true) return [];
  return readdirSync(folder).filter((name) => STAGED_NAME.test(name));
}

/** Whether a killed run left something to clear away: contents, its mark, or the folder of both. */
export function hasLeftovers(root: string): boolean {
  const folder = join(root, STAGING_FOLDER);
  if (statOrNull(folder)?.isDirectory() !== true) return false;
  const names = readdirSync(folder);
  return names.length === 0 || names.some((name) => STAGED_NAME.test(name) || RUN_NAME.test(name));
}

function isEmptyFolder(path: string): boolean {
  return statOrNull(path)?.isDirectory() === true && readdirSync(path).length === 0;
}

class TreeWriter {
  readonly #order: WriteOrder;
  readonly #operations: WriteOperations;
  readonly #progress: (done: number, total: number) => void;
  #staged = 0;

  constructor(order: WriteOrder, hooks: WriteHooks) {
    this.#order = order;
    this.#operations = hooks.operations ?? diskOperations;
    this.#progress = hooks.onProgress ?? (() => undefined);
  }

  /**
   * The order of the steps is what makes a killed run harmless:
   * 1. every new content goes into the staging folder, so that a full disk changes nothing that anybody sees;
   * 2. the manifest is replaced by one that is true of the tree before, after, and at any moment in between;
   * 3. removals, then folders that they emptied, then renames: each file is whole under its name, old or new;
   * 4. the final manifest.
   */
  run(): void {
    const { comparison, manifestBefore, manifestAfter } = this.#order;
    const { writes, removals, dropped } = comparison;
    this.#clearStaging();
    try {
      const staged = writes.map(({ content, mode }, index) => {
        const path = this.#stage(content, mode);
        this.#progress(index + 1, writes.length);
        return path;
      });
      const manifestDuring = serializeManifest(comparison.during);
      if (writes.length + removals.length > 0 && manifestDuring !== manifestBefore) {
        this.#replaceManifest(manifestDuring);
      }
      for (const path of removals) this.#operations.removeFile(this.#at(path));
      this.#pruneFolders(dropped);
      for (const [index, { path }] of writes.entries()) this.#place(staged[index] ?? '', path);
      const manifestNow = writes.length + removals.length > 0 ? manifestDuring : manifestBefore;
      if (manifestAfter !== manifestNow) this.#replaceManifest(manifestAfter);
    } finally {
      this.#clearStaging();
    }
  }

  #at(path: string): string {
    return join(this.#order.root, path);
  }

  #stage(content: string, mode: number): string {
    const path = this.#at(`${STAGING_FOLDER}/${this.#staged}.part`);
    this.#staged += 1;
    this.#operations.createFile(path, content, mode);
    return path;
  }

  #place(staged: string, path: string): void {
    const target = this.#at(path);
    this.#operations.makeFolder(dirname(target));
    this.#operations.rename(staged, target);
  }

  #replaceManifest(text: string): void {
    this.#operations.rename(this.#stage(text, 0o644), this.#at(MANIFEST_PATH));
  }

  /** Removes the folders above `paths` that hold nothing any more, deepest first. */
  #pruneFolders(paths: readonly string[]): void {
    const folders = [...new Set(paths.flatMap(parents))].sort((a, b) => compareText(b, a));
    for (const folder of folders) {
      const path = this.#at(folder);
      if (isEmptyFolder(path)) this.#operations.removeFolder(path);
    }
  }

  #clearStaging(): void {
    const { root } = this.#order;
    for (const name of leftovers(root)) this.#operations.removeFile(join(root, STAGING_FOLDER, name));
  }
}

/** Carries out `order`; the staging folder is there, with the mark of this run. Throws for I/O failures; the tree is consistent then, and the next run finishes the work. */
export function writeTree(order: WriteOrder, hooks: WriteHooks): void {
  new TreeWriter(order, hooks).run();
}
