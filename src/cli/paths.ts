import { didYouMean } from '../diagnostics/did-you-mean.js';
import { hasErrors, sortDiagnostics, wholeFile, type Diagnostic } from '../diagnostics/diagnostic.js';
import { jsonDocument, toJsonDiagnostics } from '../diagnostics/format-json.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { openProject, type Opened } from './open.js';
import { pathRows, pathTable, waivers, type PathRow } from './path-rows.js';
import { policyFile, printBeside, type CommonOptions } from './project.js';
import type { Terminal } from './terminal.js';

/** The services asked for that the plan does not have. */
function unknownServices({ plan, project }: Opened, asked: readonly string[]): Diagnostic[] {
  const known = new Set(plan?.services.map((service) => service.service_id));
  const file = project.policy?.document.file ?? 'stowage.yml';
  return [...new Set(asked)]
    .filter((service) => !known.has(service))
    .map((service) => ({
      code: 'STW609',
      severity: 'error',
      message: `there is no service \`${service}\``,
      span: wholeFile(file),
      hint: didYouMean(service, known) ?? '`stowage paths` lists every service',
    }));
}

function printText(rows: readonly PathRow[], options: CommonOptions, terminal: Terminal): void {
  if (rows.length > 0) terminal.out(pathTable(rows, terminal.outWidth));
  if (options.quiet) return;
  const lines = waivers(rows);
  if (lines.length > 0) terminal.out(`\n${lines.map((line) => `${line}\n`).join('')}`);
}

/**
 * `stowage paths [service...]`: where each persistent volume lives. Answers as far as it can when something is
 * invalid, with exit code 1, because it is also the tool that shows what is wrong.
 */
export async function paths(
  asked: readonly string[],
  options: CommonOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const opened = openProject(await policyFile(options));
  const unknown = opened.plan === null ? [] : unknownServices(opened, asked);
  const diagnostics = sortDiagnostics([...opened.diagnostics, ...unknown]);
  const failed = hasErrors(diagnostics);
  const all = opened.plan === null ? [] : pathRows(opened.plan);
  const rows = asked.length === 0 ? all : all.filter((row) => asked.includes(row.service));

  if (options.format === 'json') {
    // Scripts get `paths` and nothing else as long as the answer is whole; remarks go to stderr then.
    const extra = failed ? { diagnostics: toJsonDiagnostics(diagnostics) } : {};
    terminal.out(jsonDocument({ paths: rows, ...extra }));
    if (!failed) printBeside(terminal, diagnostics, opened.sources, options.quiet);
  } else {
    printText(rows, options, terminal);
    printBeside(terminal, diagnostics, opened.sources, options.quiet);
  }
  return failed ? EXIT.problems : EXIT.clean;
}
