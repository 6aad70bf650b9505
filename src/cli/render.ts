import { resolve } from 'node:path';
import {
  failsOn,
  hasErrors,
  sortDiagnostics,
  type Diagnostic,
  type FailOn,
} from '../diagnostics/diagnostic.js';
import { count } from '../diagnostics/format-text.js';
import { printable } from '../diagnostics/printable.js';
import { withDrift } from '../output/drift.js';
import { unifiedDiff } from '../output/diff.js';
import { TreeBusyError } from '../output/lock.js';
import { applyWrite, planWrite, type WritePlan } from '../output/tree.js';
import type { WriteResult } from '../output/write.js';
import { coverageSummary, coverageTable } from './coverage.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { renderProject, type Rendered } from './open-rendered.js';
import { partFilter, unmatchedServices, type Part } from './part.js';
import {
  policyFile,
  printBeside,
  printJson,
  type BasicFormat,
  type CommonOptions,
  type ReportFormat,
} from './project.js';
import { printReport } from './print-report.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

export interface RenderOptions extends CommonOptions<BasicFormat | ReportFormat>, Part {
  readonly check: boolean;
  readonly diff: boolean;
  readonly force: boolean;
  /** From this severity on nothing is written. */
  readonly failOn: FailOn;
  /** Relative to the working directory; the policy's `output` without it. */
  readonly out: string | undefined;
}

/** From so many files on, writing shows progress. */
const MANY = 500;

const NOTHING: WriteResult = { written: [], unchanged: 0, removed: [], drift: [] };

/** What a run gives, in the shape of the JSON interface; `diff` is there when it was asked for. */
function resultDocument(result: WriteResult, diff: string | null): Record<string, unknown> {
  const { written, unchanged, removed, drift } = result;
  return { written, unchanged, removed, drift, ...(diff === null ? {} : { diff }) };
}

/** Reports hold findings: neither a diff, nor what was written. */
function checkFormat({ format, check, diff }: RenderOptions): void {
  if (format === 'text' || format === 'json' || (check && !diff)) return;
  throw new UsageError(`\`--format ${format}\` goes with \`--check\`, without \`--diff\``);
}

function planTree(rendered: Rendered, options: RenderOptions): WritePlan | null {
  const { project, files } = rendered;
  const root = treeOf(rendered, options);
  if (root === null || hasErrors(rendered.diagnostics)) return null;
  const only = partFilter(options);
  return unlessBusy(() =>
    planWrite(root, files, {
      force: options.force,
      project: project.root,
      ...(options.out === undefined ? {} : { typed: options.out }),
      ...(only === null ? {} : { only }),
    }),
  );
}

/** Another run is nothing that the program could do about: exit code 2, with what to do. */
function unlessBusy<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TreeBusyError) throw new UsageError(error.message, error.hint);
    throw error;
  }
}

/** What was done, what is covered, where to read on. */
function printWritten(rendered: Rendered, plan: WritePlan, result: WriteResult, terminal: Terminal): void {
  const { written, removed, unchanged } = result;
  const name = printable(plan.name);
  const removals = removed.length > 0 ? `, removed ${count(removed.length, 'file')}` : '';
  const { plan: backup, files } = rendered;
  if (backup !== null) {
    const table = coverageTable(backup, terminal.outWidth);
    terminal.out(table === '' ? '' : `${table}\n`);
    terminal.out(coverageSummary(backup));
  }
  terminal.out(
    `${name}: wrote ${count(written.length, 'file')}${removals}, ${count(unchanged, 'file')} unchanged\n`,
  );
  if (files.some((file) => file.path === 'README.md')) {
    terminal.out(`Next: read ${name}/README.md; it says what is backed up, and how to install it.\n`);
  }
}

function printDrift(plan: WritePlan, result: WriteResult, terminal: Terminal): void {
  for (const { path, kind } of result.drift) {
    terminal.out(`${kind.padEnd(7)} ${printable(plan.name)}/${printable(path)}\n`);
  }
}

function write(plan: WritePlan, terminal: Terminal): WriteResult {
  const result = unlessBusy(() =>
    applyWrite(plan, {
      onProgress(done, total) {
        if (total >= MANY && done % 100 === 0) terminal.progress(`writing ${done} of ${total} files…`);
      },
    }),
  );
  terminal.progress('');
  return result;
}

function writesNothing({ check, diff }: RenderOptions): boolean {
  return check || diff;
}

/** The result without writing anything. */
function dryRun({ unchanged, drift }: WritePlan): WriteResult {
  return { written: [], unchanged, removed: [], drift };
}

/** What a run of `stowage render` came to, and what it came from. */
export interface RenderRun {
  readonly code: ExitCode;
  /** Absolute path of the policy's folder. */
  readonly root: string;
  /** Files that were read, relative to `root`. */
  readonly inputs: readonly string[];
  /** Absolute path of the tree; null without a usable policy. */
  readonly tree: string | null;
}

/**
 * `stowage render`: writes the output tree, or with `--check` or `--diff` says how it differs. Writes nothing when
 * anything is invalid. Exit code 1 also for files that were edited by hand and therefore kept: the tree is not what
 * rendering gives.
 */
export async function render(options: RenderOptions, terminal: Terminal): Promise<ExitCode> {
  return (await renderOnce(options, terminal)).code;
}

/** As {@link render}, for those who want to know more than the exit code. */
export async function renderOnce(options: RenderOptions, terminal: Terminal): Promise<RenderRun> {
  checkFormat(options);
  const rendered = renderProject(await policyFile(options), terminal);
  const unmatched = rendered.plan === null ? [] : unmatchedServices(rendered, options);
  const plan = unmatched.length > 0 ? null : planTree(rendered, options);
  const diagnostics = sortDiagnostics([...rendered.diagnostics, ...unmatched, ...(plan?.diagnostics ?? [])]);
  const failed = plan === null || failsOn(options.failOn, diagnostics);
  // What fails is not written; how the tree differs is said nevertheless, unless there are errors.
  const usable = writesNothing(options) ? !hasErrors(diagnostics) : !failed;
  const use = usable ? plan : null;
  const result = use === null ? NOTHING : writesNothing(options) ? dryRun(use) : write(use, terminal);

  report({ rendered, plan: use, result, diagnostics }, options, terminal);
  const { root } = rendered.project;
  return {
    code: failed || result.drift.length > 0 ? EXIT.problems : EXIT.clean,
    root,
    inputs: [...rendered.sources.keys(), ...inventoryOf(rendered)],
    tree: treeOf(rendered, options),
  };
}

/** The inventory's file; what comes from standard input does not change. */
function inventoryOf({ project }: Rendered): string[] {
  const name = project.policy?.inventory ?? '-';
  return name === '-' ? [] : [name];
}

/** Absolute path of the tree; null without a usable policy. */
function treeOf({ project }: Rendered, { out }: RenderOptions): string | null {
  if (project.policy === null) return null;
  return out === undefined ? resolve(project.root, project.policy.output) : resolve(out);
}

interface Outcome {
  readonly rendered: Rendered;
  /** Null when nothing could be compared or written. */
  readonly plan: WritePlan | null;
  readonly result: WriteResult;
  readonly diagnostics: readonly Diagnostic[];
}

function report(outcome: Outcome, options: RenderOptions, terminal: Terminal): void {
  const { rendered, plan, result, diagnostics } = outcome;
  const { format } = options;
  if (format === 'json') {
    const diff = options.diff ? (plan === null ? '' : unifiedDiff(plan)) : null;
    printJson(terminal, resultDocument(result, diff), diagnostics);
    return;
  }
  if (format !== 'text') {
    const findings = plan === null ? diagnostics : withDrift(diagnostics, result.drift, plan.name);
    printReport(format, sortDiagnostics(findings), rendered, terminal);
    return;
  }
  printBeside(terminal, diagnostics, rendered.sources, options.quiet);
  if (plan === null && !hasErrors(diagnostics)) {
    terminal.err('nothing is written: with `--fail-on warning` warnings count\n');
  }
  if (plan === null) return;
  if (options.diff) terminal.raw(unifiedDiff(plan));
  else if (options.check) printDrift(plan, result, terminal);
  else if (!options.quiet) printWritten(rendered, plan, result, terminal);
}
