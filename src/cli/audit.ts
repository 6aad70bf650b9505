import { readFileSync } from 'node:fs';
import { audit as judge, unjudged } from '../audit/audit.js';
import { auditDiagnostic, auditDocument, type AuditFinding } from '../audit/finding.js';
import { formatAuditMarkdown } from '../audit/format-markdown.js';
import { readSnapshots, type Snapshot } from '../audit/snapshots.js';
import { didYouMean } from '../diagnostics/did-you-mean.js';
import { hasErrors, sortDiagnostics, wholeFile, type Diagnostic } from '../diagnostics/diagnostic.js';
import { jsonDocument } from '../diagnostics/format-json.js';
import { count } from '../diagnostics/format-text.js';
import { printable } from '../diagnostics/printable.js';
import type { BackupPlan } from '../model/plan.js';
import { intlZones } from '../time/intl-zone.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { openProject, type Opened } from './open.js';
import { policyFile, printAsResult, printBeside, type CommentFormat, type CommonOptions } from './project.js';
import { printDiagnostics, printReport } from './print-report.js';
import { readAt } from './schedule.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

export interface AuditOptions extends CommonOptions<CommentFormat> {
  /** `NAME=FILE`, or `NAME=-` for stdin. */
  readonly snapshots: readonly string[];
  /** ISO 8601; now without it. */
  readonly at: string | undefined;
}

/**
 * `stowage audit`: the snapshots that exist, as restic lists them, beside those that the plan expects. Reads files and stdin,
 * and no repository. Exit code 1 when a snapshot is missing, stale, incomplete, shrunk or lacks a path.
 */
export async function audit(options: AuditOptions, terminal: Terminal): Promise<ExitCode> {
  const { quiet } = options;
  const at = readAt(options.at);
  const files = readArguments(options.snapshots);
  const opened = openProject(await policyFile(options));
  const { project, plan, diagnostics } = opened;
  const { policy } = project;
  if (plan === null || policy === null || hasErrors(diagnostics)) {
    printProblems(diagnostics, opened, options, terminal);
    return EXIT.problems;
  }
  checkNames(files, plan);
  const { snapshots, unreadable } = readFiles(files);
  if (unreadable.length > 0) {
    printProblems(unreadable, opened, options, terminal);
    return EXIT.problems;
  }
  const input = { plan, policy, contracts: project.contracts, snapshots, zones: intlZones, at };
  const findings = judge(input);
  const unknown = unjudged(input);
  if (unknown.length > 0 && !quiet) {
    terminal.err(
      `stowage: not looked at, because nothing is given for ${unknown.map(printable).join(', ')}\n`,
    );
  }
  print(findings, snapshots, opened, options, terminal);
  return findings.some((finding) => auditDiagnostic(finding).severity === 'error')
    ? EXIT.problems
    : EXIT.clean;
}

function print(
  findings: readonly AuditFinding[],
  snapshots: ReadonlyMap<string, readonly Snapshot[]>,
  opened: Opened,
  { format, quiet }: AuditOptions,
  terminal: Terminal,
): void {
  const diagnostics = sortDiagnostics(findings.map(auditDiagnostic));
  switch (format) {
    case 'text': {
      printAsResult(terminal, diagnostics, opened.sources, quiet);
      const total = [...snapshots.values()].reduce((sum, list) => sum + list.length, 0);
      if (diagnostics.length === 0 && !quiet) terminal.out(`${count(total, 'snapshot')}, no problems\n`);
      break;
    }
    case 'json':
      terminal.out(jsonDocument(auditDocument(findings)));
      break;
    case 'markdown':
      terminal.raw(formatAuditMarkdown(findings));
      break;
    case 'sarif':
    case 'github':
      printReport(format, diagnostics, opened, terminal);
  }
}

/** What keeps the audit from being made, as far as the format can say it. */
function printProblems(
  diagnostics: readonly Diagnostic[],
  opened: Opened,
  { format, quiet }: AuditOptions,
  terminal: Terminal,
): void {
  if (format === 'markdown') printBeside(terminal, diagnostics, opened.sources, quiet);
  else printDiagnostics(format, quiet, diagnostics, opened, terminal);
}

/** Files by the names of repositories. */
function readArguments(given: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const one of given) {
    const [, name = '', file = ''] = /^([^=]*)=(.*)$/s.exec(one) ?? [];
    if (name === '' || file === '') {
      throw new UsageError(
        `\`${one}\` names no repository and file`,
        'write it as `main=snapshots.json`, or `main=-` for stdin',
      );
    }
    if (files.has(name)) throw new UsageError(`\`${name}\` is given more than once`);
    files.set(name, file);
  }
  if (files.size === 0) {
    throw new UsageError(
      'nothing to look at',
      'give `NAME=FILE` for each repository, with what `restic snapshots --json` printed',
    );
  }
  if ([...files.values()].filter((file) => file === '-').length > 1) {
    throw new UsageError('only one repository can be read from stdin');
  }
  return files;
}

function checkNames(files: ReadonlyMap<string, string>, { repositories }: BackupPlan): void {
  const known = repositories.map(({ name }) => name);
  for (const name of files.keys()) {
    if (known.includes(name)) continue;
    throw new UsageError(
      `the policy has no repository \`${name}\``,
      didYouMean(name, known) ?? `it has ${known.join(', ')}`,
    );
  }
}

function readFiles(files: ReadonlyMap<string, string>): {
  snapshots: Map<string, readonly Snapshot[]>;
  unreadable: Diagnostic[];
} {
  const snapshots = new Map<string, readonly Snapshot[]>();
  const unreadable: Diagnostic[] = [];
  for (const [name, file] of files) {
    const shown = file === '-' ? 'stdin' : file;
    const read = readText(file);
    if (typeof read !== 'string') {
      unreadable.push(unreadableFile(shown, read.problem));
      continue;
    }
    const found = readSnapshots(read);
    if ('problem' in found) unreadable.push(unreadableFile(shown, found.problem, found));
    else snapshots.set(name, found);
  }
  return { snapshots, unreadable };
}

function readText(file: string): string | { readonly problem: string } {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    return { problem: `it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` };
  }
}

function unreadableFile(file: string, problem: string, at = { line: 1, column: 1 }): Diagnostic {
  const { line, column } = at;
  return {
    code: 'STW910',
    severity: 'error',
    message: `\`${file}\` is no list of restic's: ${problem}`,
    span: { ...wholeFile(file), line, column, end_line: line, end_column: column },
    hint: 'give what `restic snapshots --json` printed, its errors apart',
  };
}
