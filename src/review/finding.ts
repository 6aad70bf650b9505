import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';

/** What a change means for the data: it may be lost, somebody should look, or it is good to know. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The severest finding, or `none`. */
export type Verdict = Severity | 'none';

/** Whom a finding is about; null for what is not about one. */
export interface Subject {
  readonly service: string | null;
  readonly volume: string | null;
  readonly runtime: string | null;
  readonly host: string | null;
}

/** One thing that a change means. */
export interface Finding extends Subject {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** What was, and what will be, as short as possible; null for nothing. */
  readonly before: string | null;
  readonly after: string | null;
  /** One sentence without a full stop, names in backquotes. */
  readonly message: string;
  /** What to do about it; empty when there is nothing to do. */
  readonly hint: string;
  /** Where the change stands; for what is gone, the nearest place that is left, or where it was. */
  readonly span: Span;
}

/** A name in a message. Backquotes in it would end the quotation. */
export function quote(name: string): string {
  return `\`${name.replaceAll('`', "'")}\``;
}

/** A finding as a diagnostic, for the formats that only know those. */
export function toDiagnostic(finding: Finding): Diagnostic {
  const { code, severity, message, span, hint, before, after } = finding;
  const change = before === null && after === null ? '' : ` (${before ?? 'nothing'} → ${after ?? 'nothing'})`;
  return {
    code,
    severity: severity === 'critical' ? 'error' : severity,
    message: `${message}${change}`,
    span,
    ...(hint === '' ? {} : { hint }),
  };
}
