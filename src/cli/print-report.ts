import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { formatGithub } from '../diagnostics/format-github.js';
import { formatGitlab } from '../diagnostics/format-gitlab.js';
import { formatJunit } from '../diagnostics/format-junit.js';
import { formatSarif } from '../diagnostics/format-sarif.js';
import { findAbove } from '../policy/find.js';
import type { Opened } from './open.js';
import { printAsResult, printJson, type BasicFormat, type ReportFormat } from './project.js';
import type { Terminal } from './terminal.js';
import { VERSION } from './version.js';

/**
 * How to name files for services that know the repository and nothing of the policy's folder: relative to the top of
 * the checkout that holds the policy, or to the working directory where there is none.
 *
 * @param root absolute path of the policy's folder, which names in diagnostics are relative to
 * @returns gives a path with `/`, or an absolute one for a file outside
 */
function namesInCheckout(root: string): (file: string) => string {
  const git = findAbove(root, '.git');
  const top = git === null ? process.cwd() : dirname(git);
  return (file) => {
    const absolute = resolve(root, file);
    const way = relative(top, absolute);
    const outside = way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
    return outside ? absolute : way.split(sep).join('/');
  };
}

function reportText(format: ReportFormat, findings: readonly Diagnostic[], files: readonly string[]): string {
  switch (format) {
    case 'sarif':
      return formatSarif(findings, VERSION);
    case 'github':
      return formatGithub(findings);
    case 'junit':
      return formatJunit(findings, files);
    case 'gitlab':
      return formatGitlab(findings);
  }
}

/** Prints the diagnostics as the result, in a format that other programs collect. */
export function printReport(
  format: ReportFormat,
  diagnostics: readonly Diagnostic[],
  { project, sources }: Opened,
  terminal: Terminal,
): void {
  const nameOf = namesInCheckout(project.root);
  const findings = diagnostics.map((diagnostic): Diagnostic => {
    const { span } = diagnostic;
    return { ...diagnostic, span: { ...span, file: nameOf(span.file) } };
  });
  terminal.out(reportText(format, findings, [...sources.keys()].map(nameOf)));
}

/** Prints diagnostics as the result of a command that has no other one. */
export function printDiagnostics(
  format: BasicFormat | ReportFormat,
  quiet: boolean,
  diagnostics: readonly Diagnostic[],
  opened: Opened,
  terminal: Terminal,
): void {
  if (format === 'text') printAsResult(terminal, diagnostics, opened.sources, quiet);
  else if (format === 'json') printJson(terminal, {}, diagnostics);
  else printReport(format, diagnostics, opened, terminal);
}
