import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { formatText } from '../diagnostics/format-text.js';
import { jsonDocument, toJsonDiagnostics } from '../diagnostics/format-json.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** Formats for programs that collect findings: code scanning, annotations, test results, code quality. */
export const REPORT_FORMATS = ['sarif', 'github', 'junit', 'gitlab'] as const;

export type ReportFormat = (typeof REPORT_FORMATS)[number];

export type BasicFormat = 'text' | 'json';

/** Formats of commands whose findings go into pull requests too. */
export const COMMENT_FORMATS = ['markdown', 'sarif', 'github'] as const;

export type CommentFormat = BasicFormat | (typeof COMMENT_FORMATS)[number];

/** What every command takes; some print in more formats. */
export interface CommonOptions<Format extends string = BasicFormat> {
  /** The policy's file; found upward from the working directory without it. */
  readonly config: string | undefined;
  readonly format: Format;
  /** Say nothing but errors and what was asked for. */
  readonly quiet: boolean;
}

/** The policy's file as `--config` gives it, or as found upward from the working directory. */
export async function policyFile({ config }: Pick<CommonOptions, 'config'>): Promise<string> {
  if (config !== undefined) return config;
  const { findPolicy } = await import('../policy/find.js');
  const found = findPolicy(process.cwd());
  if (found !== null) return found;
  throw new UsageError(
    'there is no `stowage.yml` here or in a folder above',
    'name one with `--config`, or make one with `stowage init`',
  );
}

/** The diagnostics that this run shows: all of them, or only errors when it is to be quiet. */
function shownOnes(diagnostics: readonly Diagnostic[], quiet: boolean): readonly Diagnostic[] {
  return quiet ? diagnostics.filter((diagnostic) => diagnostic.severity === 'error') : diagnostics;
}

/** Prints diagnostics for people, beside the result. */
export function printBeside(
  terminal: Terminal,
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  quiet: boolean,
): void {
  const width = frameWidth(terminal.errWidth);
  terminal.err(formatText(shownOnes(diagnostics, quiet), sources, { color: terminal.errColor, width }));
}

/** Prints diagnostics for people, as the result. */
export function printAsResult(
  terminal: Terminal,
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  quiet: boolean,
): void {
  const width = frameWidth(terminal.outWidth);
  terminal.out(formatText(shownOnes(diagnostics, quiet), sources, { color: terminal.outColor, width }));
}

/** Room for a source line: the terminal's width less the gutter; a hundred cells in a pipe. */
function frameWidth(width: number | null): number {
  return width === null ? 100 : Math.max(40, width - 10);
}

/** Prints `result` and the diagnostics as one JSON document. */
export function printJson(
  terminal: Terminal,
  result: Readonly<Record<string, unknown>>,
  diagnostics: readonly Diagnostic[],
): void {
  terminal.out(jsonDocument({ ...result, diagnostics: toJsonDiagnostics(diagnostics) }));
}
