import type { RuntimeName } from '../model/contract.js';
import { RUNTIMES } from '../runtimes/registry.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { pathFault } from './tree-path.js';
import { compareText } from '../text/compare.js';

/** What the manifest says about one file of the tree. */
export interface ManifestEntry {
  /** Relative to the tree, `/` as separator. */
  readonly path: string;
  /** Of the content, lower-case hexadecimal. */
  readonly sha256: string;
  readonly mode: 0o644 | 0o755;
  /** Contract files that it depends on, sorted. */
  readonly sources: readonly string[];
  /** For partial renders, as in RenderedFile. */
  readonly service: string | null;
  readonly runtime: RuntimeName | null;
  /**
   * Only while a run is writing: the hash of what the file held before. A run that was killed leaves it behind,
   * and the next run takes either content for ours.
   */
  readonly previous?: string;
}

/** The files of a tree, by path. */
export type Manifest = ReadonlyMap<string, ManifestEntry>;

export interface ParsedManifest {
  readonly manifest: Manifest;
  readonly diagnostics: readonly Diagnostic[];
}

function entryJson(entry: ManifestEntry): string {
  return JSON.stringify({
    path: entry.path,
    sha256: entry.sha256,
    mode: entry.mode === 0o755 ? '0755' : '0644',
    sources: entry.sources,
    ...(entry.service === null ? {} : { service: entry.service }),
    ...(entry.runtime === null ? {} : { runtime: entry.runtime }),
    ...(entry.previous === undefined ? {} : { previous: entry.previous }),
  });
}

/** The manifest's text: one line for each file, sorted by path, so that changes are small and merge well. */
export function serializeManifest(entries: Iterable<ManifestEntry>): string {
  const sorted = [...entries].sort((a, b) => compareText(a.path, b.path));
  const head = '{\n  "version": 1,\n  "generated_by": "stowage render",\n  "files": [';
  const lines = sorted.map((entry) => `\n    ${entryJson(entry)}`).join(',');
  return `${head}${lines}${sorted.length > 0 ? '\n  ' : ''}]\n}\n`;
}

const HASH = /^[0-9a-f]{64}$/;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function runtimeOf(value: unknown): RuntimeName | null | undefined {
  if (value === undefined) return null;
  return RUNTIMES.find((runtime) => runtime === value);
}

/** Whether `value` may be absent, and is a hash if it is there. */
function isOptionalHash(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && HASH.test(value));
}

/** The entry that `value` describes; null if it is not the shape that we write. */
function parseEntry(value: unknown): ManifestEntry | null {
  if (!isRecord(value)) return null;
  const { path, sha256, mode, sources, service, previous } = value;
  const runtime = runtimeOf(value.runtime);
  if (typeof path !== 'string' || sha256 === undefined || !isOptionalHash(sha256)) return null;
  if ((mode !== '0644' && mode !== '0755') || !isStrings(sources)) return null;
  if ((service !== undefined && typeof service !== 'string') || runtime === undefined) return null;
  if (!isOptionalHash(previous)) return null;
  return {
    path,
    sha256,
    mode: mode === '0755' ? 0o755 : 0o644,
    sources,
    service: service ?? null,
    runtime,
    ...(previous === undefined ? {} : { previous }),
  };
}

/** Finds where an entry stands in the text, for diagnostics; the first line if it does not show. */
function lineOf(text: string, path: string): number {
  const at = text.indexOf(`"path":${JSON.stringify(path)}`);
  return at < 0 ? 1 : text.slice(0, at).split('\n').length;
}

class ManifestReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: string;
  readonly #text: string;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  report(code: 'STW605' | 'STW606', message: string, line = 1): void {
    this.diagnostics.push({
      code,
      severity: 'error',
      message,
      span: { file: this.#file, line, column: 1, end_line: line, end_column: 1 },
      hint: 'restore it from version control, or move the output folder away and render again',
    });
  }

  read(): Manifest {
    let value: unknown;
    try {
      value = JSON.parse(this.#text);
    } catch {
      const conflict = /^<{7} /m.test(this.#text) ? ': it holds the marks of a merge conflict' : '';
      this.report('STW605', `the manifest is not JSON${conflict}`);
      return new Map();
    }
    if (!isRecord(value) || value.version !== 1 || !Array.isArray(value.files)) {
      this.report('STW605', 'the manifest does not have the form that `stowage` writes');
      return new Map();
    }
    const entries = new Map<string, ManifestEntry>();
    for (const [index, item] of (value.files as readonly unknown[]).entries())
      this.#add(entries, item, index);
    return entries;
  }

  #add(entries: Map<string, ManifestEntry>, item: unknown, index: number): void {
    const entry = parseEntry(item);
    if (entry === null) {
      this.report(
        'STW605',
        `entry ${index + 1} of the manifest does not have the form that \`stowage\` writes`,
      );
      return;
    }
    const fault = pathFault(entry.path);
    if (fault !== null) {
      const shown = entry.path.length > 200 ? `${entry.path.slice(0, 200)}…` : entry.path;
      this.report('STW606', `the manifest lists \`${shown}\`: ${fault}`, lineOf(this.#text, entry.path));
    } else if (entries.has(entry.path)) {
      this.report('STW606', `the manifest lists \`${entry.path}\` twice`, lineOf(this.#text, entry.path));
    } else {
      entries.set(entry.path, entry);
    }
  }
}

/**
 * Reads a manifest's text. It is untrusted: whoever can open a pull request can write it. Anything but what we
 * write ourselves is an error, and then nothing may be written or removed. `file` names it in diagnostics.
 */
export function parseManifest(text: string, file: string): ParsedManifest {
  const reader = new ManifestReader(file, text);
  const manifest = reader.read();
  return { manifest, diagnostics: reader.diagnostics };
}
