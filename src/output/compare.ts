import { createHash } from 'node:crypto';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { wholeFile } from '../diagnostics/diagnostic.js';
import type { RenderedFile } from '../rendering/file.js';
import type { OnDisk, ReadDisk } from './disk.js';
import type { Manifest, ManifestEntry } from './manifest.js';
import { parents } from './tree-path.js';
import { compareText } from '../text/compare.js';

/**
 * How a path differs from what rendering gives: it would be added; it is as we wrote it and would change; it is
 * as we wrote it and would be removed; somebody else changed it since we wrote it.
 */
export type DriftKind = 'added' | 'changed' | 'removed' | 'edited';

export interface Drift {
  readonly path: string;
  readonly kind: DriftKind;
}

/** The part of the tree that a partial render is about. */
export type PartFilter = (file: Pick<RenderedFile, 'service' | 'runtime'>) => boolean;

export interface CompareInput {
  /** Every file that the tree should hold; paths checked, sorted and unique. */
  readonly files: readonly RenderedFile[];
  readonly manifest: Manifest;
  readonly disk: ReadDisk;
  readonly only: PartFilter;
  /** Give up what was edited by hand. */
  readonly force: boolean;
  /** False where files have no executable bit (Windows). */
  readonly modes: boolean;
  /** Name of a path of the tree in diagnostics. */
  readonly name: (path: string) => string;
}

/** A file to write, with what it replaces. */
interface FileWrite {
  readonly path: string;
  readonly content: string;
  readonly mode: 0o644 | 0o755;
}

/** One difference with both sides, for unified diffs; null where there is no file. */
export interface Change {
  readonly path: string;
  readonly before: Buffer | null;
  readonly after: string | null;
}

export interface Comparison {
  readonly writes: readonly FileWrite[];
  readonly removals: readonly string[];
  /** Paths that the tree gives up: removed, or gone already. Their folders go when they are empty. */
  readonly dropped: readonly string[];
  readonly unchanged: number;
  readonly drift: readonly Drift[];
  readonly changes: readonly Change[];
  readonly diagnostics: readonly Diagnostic[];
  /** The manifest once everything is done. */
  readonly after: readonly ManifestEntry[];
  /** The manifest while it is being done: true of the tree at every moment in between. */
  readonly during: readonly ManifestEntry[];
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function isOurs(entry: ManifestEntry | undefined, hash: string): boolean {
  return entry !== undefined && (hash === entry.sha256 || hash === entry.previous);
}

class Comparer {
  readonly writes: FileWrite[] = [];
  readonly removals: string[] = [];
  readonly dropped: string[] = [];
  readonly drift: Drift[] = [];
  readonly changes: Change[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly after: ManifestEntry[] = [];
  readonly during: ManifestEntry[] = [];
  unchanged = 0;
  readonly #input: CompareInput;
  readonly #removed = new Set<string>();
  /** Folders that go when they are empty. */
  readonly #emptied = new Set<string>();

  constructor(input: CompareInput) {
    this.#input = input;
  }

  /** What is listed, but not rendered any more. First, because a removed file may make room for a folder. */
  stale(entry: ManifestEntry): void {
    const { path } = entry;
    if (!this.#input.only(entry)) {
      this.#keep(entry);
      return;
    }
    const state = this.#input.disk(path);
    if (state.kind === 'blocked' && state.symlink) {
      this.#refuse('STW607', path, `\`${path}\` passes through the symbolic link \`${state.by}\``);
      this.#keep(entry);
    } else if (state.kind === 'file') {
      this.#staleFile(entry, state.content);
    } else if (state.kind !== 'blocked') {
      // Our file is gone. What else may stand in its place is not ours.
      this.#drop(entry);
    }
  }

  #drop(entry: ManifestEntry): void {
    this.dropped.push(entry.path);
    this.during.push(entry);
    for (const folder of parents(entry.path)) this.#emptied.add(folder);
  }

  #staleFile(entry: ManifestEntry, content: Buffer): void {
    const { path } = entry;
    const ours = isOurs(entry, sha256(content));
    if (!ours && !this.#input.force) {
      this.#edited(path, 'it is no longer rendered');
      this.changes.push({ path, before: content, after: null });
      this.#keep(entry);
      return;
    }
    this.drift.push({ path, kind: ours ? 'removed' : 'edited' });
    this.changes.push({ path, before: content, after: null });
    this.removals.push(path);
    this.#removed.add(path);
    this.#drop(entry);
  }

  /** A file that is rendered. */
  rendered(file: RenderedFile, entry: ManifestEntry | undefined): void {
    if (!this.#input.only(file)) {
      if (entry !== undefined) this.#keep(entry);
      return;
    }
    const state = this.#input.disk(file.path);
    if (state.kind === 'file') {
      this.#renderedFile(file, entry, state.content, state.executable);
    } else if (this.#isFree(state)) {
      this.#write(file, 'added', null, undefined);
    } else if (state.kind === 'blocked' && state.symlink) {
      this.#refuse('STW607', file.path, `\`${file.path}\` passes through the symbolic link \`${state.by}\``);
    } else {
      const what =
        state.kind === 'blocked' ? `\`${state.by}\` is not a folder` : 'what stands there is not a file';
      this.#refuse('STW603', file.path, `cannot write \`${file.path}\`: ${what}`);
    }
  }

  /** Whether nothing stands there, or nothing but what this run removes. */
  #isFree(state: OnDisk): boolean {
    if (state.kind === 'missing') return true;
    if (state.kind === 'blocked') return this.#removed.has(state.by);
    return (
      state.kind === 'folder' &&
      state.files.every((path) => this.#removed.has(path)) &&
      state.emptyFolders.every((path) => this.#emptied.has(path))
    );
  }

  #renderedFile(
    file: RenderedFile,
    entry: ManifestEntry | undefined,
    content: Buffer,
    executable: boolean,
  ): void {
    const same = content.equals(Buffer.from(file.content));
    const sameMode = !this.#input.modes || executable === (file.mode === 0o755);
    if (same && sameMode) {
      this.unchanged += 1;
      this.#keep(this.#entry(file));
      return;
    }
    const hash = sha256(content);
    if (same || isOurs(entry, hash)) {
      this.#write(file, 'changed', content, hash);
    } else if (entry === undefined) {
      this.#refuse(
        'STW603',
        file.path,
        `cannot write \`${file.path}\`: a file that is not generated stands there`,
      );
    } else if (this.#input.force) {
      this.#write(file, 'edited', content, undefined, entry);
    } else {
      this.#edited(file.path, 'it is kept');
      this.changes.push({ path: file.path, before: content, after: file.content });
      this.#keep(entry);
    }
  }

  #write(
    file: RenderedFile,
    kind: DriftKind,
    before: Buffer | null,
    previous: string | undefined,
    edited?: ManifestEntry,
  ): void {
    const { path, content, mode } = file;
    this.drift.push({ path, kind });
    this.changes.push({ path, before, after: content });
    this.writes.push({ path, content, mode });
    const entry = this.#entry(file);
    this.after.push(entry);
    // Content that somebody edited does not become ours before it is gone; what we wrote there once stays ours.
    const known = previous ?? edited?.sha256;
    this.during.push(known === undefined || known === entry.sha256 ? entry : { ...entry, previous: known });
  }

  #entry({ path, content, mode, sources, service, runtime }: RenderedFile): ManifestEntry {
    return { path, sha256: sha256(content), mode, sources, service, runtime };
  }

  #keep(entry: ManifestEntry): void {
    this.after.push(entry);
    this.during.push(entry);
  }

  #edited(path: string, state: string): void {
    this.drift.push({ path, kind: 'edited' });
    this.diagnostics.push({
      code: 'STW604',
      severity: 'warning',
      message: `\`${path}\` was edited by hand; ${state}`,
      span: wholeFile(this.#input.name(path)),
      hint: 'move the change into the policy, a contract or a template, then give the file up with `--force`',
    });
  }

  #refuse(code: 'STW603' | 'STW607', path: string, message: string): void {
    const hint =
      code === 'STW603'
        ? 'move it away; files that the tree does not own are never touched'
        : 'replace the link by a real folder';
    this.diagnostics.push({
      code,
      severity: 'error',
      message,
      span: wholeFile(this.#input.name(path)),
      hint,
    });
  }
}

/**
 * Compares what rendering gives with the manifest and the disk, path by path, and decides what to do. Pure but
 * for `disk`. With an error among the diagnostics, nothing of it may be done.
 */
export function compareTree(input: CompareInput): Comparison {
  const comparer = new Comparer(input);
  const rendered = new Set(input.files.map((file) => file.path));
  const stale = [...input.manifest.values()].filter((entry) => !rendered.has(entry.path));
  for (const entry of stale.sort((a, b) => compareText(a.path, b.path))) comparer.stale(entry);
  for (const file of input.files) comparer.rendered(file, input.manifest.get(file.path));
  const { writes, removals, dropped, unchanged, diagnostics, after, during } = comparer;
  return {
    writes,
    removals,
    dropped,
    unchanged,
    diagnostics,
    after,
    during,
    drift: comparer.drift.sort((a, b) => compareText(a.path, b.path)),
    changes: comparer.changes.sort((a, b) => compareText(a.path, b.path)),
  };
}
