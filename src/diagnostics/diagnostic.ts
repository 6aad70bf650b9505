import type { DiagnosticCode } from './codes.js';
import { compareText } from '../text/compare.js';

/** How bad a finding is. Only `error` stops a command from writing and makes it exit 1. */
export type Severity = 'error' | 'warning' | 'info';

/**
 * A range of characters in one input file. Lines and columns count from 1; a column counts Unicode code
 * points, as editors show them. The end is exclusive. A finding about a file as a whole is 1:1-1:1.
 */
export interface Span {
  /** Path as the user would type it: relative to the policy's folder, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
}

/** One mistake, doubt or remark about the user's input. Mistakes are values in a list, never thrown. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** One sentence, no trailing full stop, names in backquotes. */
  readonly message: string;
  /** What the message is about. */
  readonly span: Span;
  /** What to do about it; empty when the message says it all. */
  readonly hint?: string;
  /** The source line holds a secret, or may: it must not be printed. */
  readonly sensitive?: true;
}

/** The span that stands for a whole file, for findings that no character shows. */
export function wholeFile(file: string): Span {
  return { file, line: 1, column: 1, end_line: 1, end_column: 1 };
}

/** Whether any finding forbids writing. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** From which severity on findings fail a run. */
export type FailOn = 'error' | 'warning';

/** Whether a run with these findings fails. */
export function failsOn(failOn: FailOn, diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(
    ({ severity }) => severity === 'error' || (failOn === 'warning' && severity === 'warning'),
  );
}

/** Sorted by file and position (then code and message), each finding once. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const sorted = [...diagnostics].sort(
    (a, b) =>
      compareText(a.span.file, b.span.file) ||
      a.span.line - b.span.line ||
      a.span.column - b.span.column ||
      compareText(a.code, b.code) ||
      compareText(a.message, b.message),
  );
  return sorted.filter((diagnostic, index) => {
    const previous = sorted[index - 1];
    return previous === undefined || JSON.stringify(previous) !== JSON.stringify(diagnostic);
  });
}
