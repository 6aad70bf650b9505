import type { Diagnostic, Severity } from './diagnostic.js';

/** A diagnostic in JSON output: part of the interface, so the keys and their order stay. */
export interface JsonDiagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
  readonly hint: string | null;
}

/** The JSON objects of `diagnostics`, in the same order. */
export function toJsonDiagnostics(diagnostics: readonly Diagnostic[]): JsonDiagnostic[] {
  return diagnostics.map(({ code, severity, message, span, hint }) => ({
    code,
    severity,
    message,
    file: span.file,
    line: span.line,
    column: span.column,
    end_line: span.end_line,
    end_column: span.end_column,
    hint: hint === undefined || hint === '' ? null : hint,
  }));
}

/**
 * One JSON document on one line, with a line feed. What JSON allows raw but a terminal would obey or hide (C1
 * controls, direction marks) is written as `\u` escapes: the same value to a parser.
 */
export function jsonDocument(value: unknown): string {
  const text = JSON.stringify(value).replace(
    /[\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}
