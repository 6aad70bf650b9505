import type { Diagnostic, Severity } from './diagnostic.js';
import { printable } from './printable.js';
import { isWholeFile, messageText } from './report-text.js';

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

/** The message of a workflow command; the runner undoes this. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** The value of a property of a workflow command, which ends at `,` or `:`. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** The place in the file. GitHub takes columns only where a finding begins and ends on one line. */
function position(diagnostic: Diagnostic): string {
  const { line, column, end_line, end_column } = diagnostic.span;
  if (isWholeFile(diagnostic)) return '';
  const columns = line === end_line ? `,col=${column},endColumn=${end_column}` : '';
  return `,line=${line},endLine=${end_line}${columns}`;
}

function command(diagnostic: Diagnostic): string {
  const { code, severity, span } = diagnostic;
  const file = printable(span.file);
  const place = isWholeFile(diagnostic) ? file : `${file}:${span.line}:${span.column}`;
  const properties = `file=${property(file)}${position(diagnostic)},title=${property(`stowage ${code}`)}`;
  // The log shows the message alone, so the message says where.
  return `::${COMMANDS[severity]} ${properties}::${data(`${place}: ${messageText(diagnostic)}`)}\n`;
}

/**
 * Diagnostics as workflow commands of GitHub Actions, one a line: annotations on the lines of a pull request. GitHub
 * shows ten of each severity for a step; the log has them all. Empty for no diagnostics.
 *
 * @param diagnostics with files relative to the root of the repository
 */
export function formatGithub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(command).join('');
}
