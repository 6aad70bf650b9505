import { isAbsolute, normalize, relative, resolve, sep } from 'node:path';
import { hasErrors, sortDiagnostics, wholeFile, type Diagnostic } from '../diagnostics/diagnostic.js';
import type { RenderedFile } from '../rendering/file.js';
import { compareTree, type Change, type Comparison, type Drift, type PartFilter } from './compare.js';
import { diskReader } from './disk.js';
import { findNotOurs, openRoot, readManifest } from './folder.js';
import { serializeManifest, type Manifest } from './manifest.js';
import { MANIFEST_PATH, foldPath, parents, pathFault } from './tree-path.js';
import { refuseOthers, TreeBusyError, withTreeLock } from './lock.js';
import { hasLeftovers, writeTree, type WriteHooks, type WriteOrder, type WriteResult } from './write.js';
import { compareText } from '../text/compare.js';

export interface PlanOptions {
  /** For a partial render: the files it is about. Others stay as they are, on disk and in the manifest. */
  readonly only?: PartFilter;
  /** Give up files that were edited by hand. */
  readonly force?: boolean;
  /** The policy's folder: names in diagnostics are relative to it, and the output may not hold it. */
  readonly project?: string;
  /** The output folder as the user typed it, to be shown where it lies outside of the policy's folder. */
  readonly typed?: string;
}

/** What writing the tree would do. Nothing may be written while there is an error among the diagnostics. */
export interface WritePlan {
  /** The output folder as shown to people: relative to the policy's folder if it lies in it, else as it was typed. */
  readonly name: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Every difference between the tree and what rendering gives; the manifest counts as a file. */
  readonly drift: readonly Drift[];
  /** The same differences with both contents. */
  readonly changes: readonly Change[];
  /** Files that are as they should be. */
  readonly unchanged: number;
  /** How to do it; null when nothing may be written. */
  readonly order: WriteOrder | null;
}

/** A path as people would type it: relative to the policy's folder, or as they did when it lies elsewhere. */
function displayName(root: string, { project, typed }: PlanOptions): string {
  const absolute = resolve(root);
  const elsewhere = typed === undefined ? absolute : normalize(typed).replace(/(?!^)[/\\]+$/, '');
  if (project === undefined) return elsewhere;
  const way = relative(resolve(project), absolute);
  if (way === '') return '.';
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) return elsewhere;
  return way.split(sep).join('/');
}

/** Paths come from our own renderers: a bad one, or two files for one path, is a bug and throws. */
function checkPaths(files: readonly RenderedFile[]): void {
  const paths = new Set<string>();
  for (const { path } of files) {
    const fault = pathFault(path);
    if (fault !== null) throw new Error(`rendered a file with the path ${JSON.stringify(path)}: ${fault}`);
    if (paths.has(path)) throw new Error(`rendered two files with the path ${JSON.stringify(path)}`);
    paths.add(path);
  }
  for (const path of paths) {
    const above = parents(path).find((folder) => paths.has(folder));
    if (above !== undefined) throw new Error(`rendered the file ${JSON.stringify(above)} and one below it`);
  }
}

/** Host and service names end up in paths; two that differ in case alone would be one file on a Mac. */
function findCollisions(files: readonly RenderedFile[]): Diagnostic[] {
  const spelled = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const { path, sources } of files) {
    for (const part of [...parents(path).reverse(), path]) {
      const other = spelled.get(foldPath(part));
      if (other !== undefined && other !== part) {
        diagnostics.push({
          code: 'STW608',
          severity: 'error',
          message: `the output paths \`${other}\` and \`${part}\` differ only in how they are spelled`,
          span: wholeFile(sources[0] ?? path),
          hint: 'rename one of the hosts or services',
        });
        break;
      }
      spelled.set(foldPath(part), part);
    }
  }
  return diagnostics;
}

function refused(name: string, diagnostics: readonly Diagnostic[]): WritePlan {
  return {
    name,
    diagnostics: sortDiagnostics(diagnostics),
    drift: [],
    changes: [],
    unchanged: 0,
    order: null,
  };
}

/** The comparison with the manifest itself as one more file. */
function withManifest(
  comparison: Comparison,
  before: string | null,
  after: string,
): Pick<WritePlan, 'drift' | 'changes' | 'unchanged'> {
  const { drift, changes, unchanged } = comparison;
  if (before === after) return { drift, changes, unchanged: unchanged + 1 };
  const path = MANIFEST_PATH;
  const change: Change = { path, before: before === null ? null : Buffer.from(before), after };
  const kind = before === null ? 'added' : 'changed';
  return {
    drift: [...drift, { path, kind } as const].sort((a, b) => compareText(a.path, b.path)),
    changes: [...changes, change].sort((a, b) => compareText(a.path, b.path)),
    unchanged,
  };
}

/**
 * Compares `files` with the tree at `root` and its manifest, and says what writing would do. Reads, writes nothing.
 * The manifest is ours to make and must not be among `files`. Throws for I/O failures, for paths that no renderer may
 * give, and a {@link TreeBusyError} when another run wrote meanwhile: its half-done work is no edit by hand.
 */
export function planWrite(
  root: string,
  files: readonly RenderedFile[],
  options: PlanOptions = {},
): WritePlan {
  checkPaths(files);
  const sorted = [...files].sort((a, b) => compareText(a.path, b.path));
  const name = displayName(root, options);
  const nameOf = (path: string): string => `${name}/${path}`;

  const opened = openRoot(root, name, options.project ?? null);
  if (opened.refused !== undefined) return refused(name, [opened.refused]);
  const collisions = findCollisions(sorted);
  if (collisions.length > 0) return refused(name, collisions);
  const stored = readManifest(opened.root, nameOf(MANIFEST_PATH));
  if (hasErrors(stored.diagnostics)) return refused(name, stored.diagnostics);

  const disk = diskReader(opened.root);
  const notOurs = stored.text === null ? findNotOurs(opened.root, sorted, disk) : null;
  const plan =
    notOurs === null
      ? compared(name, opened.root, sorted, stored, options)
      : refused(name, [folderOfOthers(name, notOurs)]);
  // In this order: a run that ended in between has replaced the manifest by then.
  refuseOthers(opened.root, name, null);
  checkUntouched(name, opened.root, stored.text);
  return plan;
}

function folderOfOthers(name: string, notOurs: string): Diagnostic {
  return {
    code: 'STW602',
    severity: 'error',
    message: `\`${name}\` has no manifest, and \`${notOurs}\` in it is not what rendering gives`,
    span: wholeFile(`${name}/${notOurs}`),
    hint: 'name an empty folder, or move the file away; files that the tree does not own are never touched',
  };
}

function compared(
  name: string,
  root: string,
  files: readonly RenderedFile[],
  stored: { readonly text: string | null; readonly manifest: Manifest },
  options: PlanOptions,
): WritePlan {
  const comparison = compareTree({
    files,
    manifest: stored.manifest,
    disk: diskReader(root),
    only: options.only ?? (() => true),
    force: options.force ?? false,
    modes: process.platform !== 'win32',
    name: (path) => `${name}/${path}`,
  });
  const manifestAfter = serializeManifest(comparison.after);
  const order = { root, comparison, manifestBefore: stored.text, manifestAfter };
  return {
    name,
    diagnostics: sortDiagnostics(comparison.diagnostics),
    ...withManifest(comparison, stored.text, manifestAfter),
    order: hasErrors(comparison.diagnostics) ? null : order,
  };
}

/**
 * Does what `plan` says. Writes nothing when nothing differs. Throws if the plan has errors (a bug of the caller), a
 * {@link TreeBusyError} when another run is writing or has written since, and for I/O failures; the tree is consistent
 * then, and the next run finishes the work.
 */
export function applyWrite(plan: WritePlan, hooks: WriteHooks = {}): WriteResult {
  const { order } = plan;
  if (order === null) throw new Error('asked to write a plan that has errors');
  const { comparison, manifestBefore, manifestAfter } = order;
  const manifestChanges = manifestBefore !== manifestAfter;
  const { writes, removals, dropped } = comparison;
  if (manifestChanges || writes.length + removals.length + dropped.length > 0 || hasLeftovers(order.root)) {
    withTreeLock(order.root, plan.name, () => {
      checkUntouched(plan.name, order.root, manifestBefore);
      writeTree(order, hooks);
    });
  }
  const written = writes.map((file) => file.path);
  if (manifestChanges) written.push(MANIFEST_PATH);
  const done = new Set([...written, ...removals]);
  return {
    written: written.sort(compareText),
    unchanged: plan.unchanged,
    removed: removals,
    drift: plan.drift.filter(({ path }) => !done.has(path)),
  };
}

/** What was compared must still be there: a plan made beside another run would undo half of what that one wrote. */
function checkUntouched(name: string, root: string, manifest: string | null): void {
  if (readManifest(root, name).text === manifest) return;
  throw new TreeBusyError(`another run has just written \`${name}\``, 'run this one again');
}
