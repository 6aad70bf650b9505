import { failsOn, type FailOn } from '../diagnostics/diagnostic.js';
import { count } from '../diagnostics/format-text.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { renderProject, type Rendered } from './open-rendered.js';
import { policyFile, type BasicFormat, type CommonOptions, type ReportFormat } from './project.js';
import { printDiagnostics } from './print-report.js';
import type { Terminal } from './terminal.js';

/** `12 contracts, 31 volumes, no problems`. */
function successLine({ project, diagnostics }: Rendered): string {
  const volumes = project.contracts.reduce((sum, contract) => sum + contract.persistent_volumes.length, 0);
  const problems = diagnostics.length === 0 ? 'no problems' : 'no errors';
  return `${count(project.contracts.length, 'contract')}, ${count(volumes, 'volume')}, ${problems}\n`;
}

/** `stowage validate`: loads, plans and renders in memory; prints every problem; writes nothing. */
export async function validate(
  options: CommonOptions<BasicFormat | ReportFormat> & { readonly failOn: FailOn },
  terminal: Terminal,
): Promise<ExitCode> {
  const rendered = renderProject(await policyFile(options), terminal);
  const failed = failsOn(options.failOn, rendered.diagnostics);
  const { format, quiet } = options;
  printDiagnostics(format, quiet, rendered.diagnostics, rendered, terminal);
  if (format === 'text' && !failed && !quiet) terminal.out(successLine(rendered));
  return failed ? EXIT.problems : EXIT.clean;
}
