import { hasErrors } from '../diagnostics/diagnostic.js';
import { printable } from '../diagnostics/printable.js';
import { builtinTemplates } from '../template/engine.js';
import { renderPlan } from '../targets/render.js';
import { fileChanges, withoutSources } from '../review/file-changes.js';
import { toDiagnostic } from '../review/finding.js';
import { formatInvalidMarkdown, formatReviewMarkdown } from '../review/format-markdown.js';
import { formatReviewText } from '../review/format-text.js';
import { Spans } from '../review/spans.js';
import { reviewDocument, type Review } from '../review/report.js';
import { mountsOf, verdictOf, type ReviewInput } from '../review/review.js';
import { review } from '../review/run.js';
import { jsonDocument } from '../diagnostics/format-json.js';
import { intlZones } from '../time/intl-zone.js';
import { baseOfCommit, baseOfFolder, sideOf, type Base } from './diff-base.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { renderProject, type Rendered } from './open-rendered.js';
import { policyFile, type CommentFormat, type CommonOptions } from './project.js';
import { printDiagnostics, printReport } from './print-report.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

export interface DiffOptions extends CommonOptions<CommentFormat> {
  /** A commit to compare with. */
  readonly base: string | undefined;
  /** A folder to compare with. */
  readonly from: string | undefined;
  /** Exit 1 from this severity on. */
  readonly failOn: 'critical' | 'warning' | 'none';
}

/**
 * `stowage diff`: what a change means for the data. Compares the working tree with a commit or a folder; writes
 * nothing. Exit code 1 for findings as severe as `--fail-on`, and when the working tree is not valid.
 */
export async function diff(options: DiffOptions, terminal: Terminal): Promise<ExitCode> {
  const { base: reference, from } = options;
  if ((reference === undefined) === (from === undefined)) {
    throw new UsageError(
      reference === undefined ? 'nothing to compare with' : '`--base` and `--from` exclude each other',
      'give one of `--base REF` (a commit) and `--from DIR`',
    );
  }
  const policyPath = await policyFile(options);
  const rendered = renderProject(policyPath, terminal);
  if (rendered.plan === null || hasErrors(rendered.diagnostics)) {
    printInvalid(rendered, options, terminal);
    return EXIT.problems;
  }
  terminal.progress('comparing…');
  const base =
    reference === undefined
      ? baseOfFolder(from ?? '', policyPath, rendered.project)
      : baseOfCommit(reference, policyPath, rendered.project);
  const result = compare(base, rendered);
  terminal.progress('');
  if (base.note !== '' && !options.quiet) terminal.err(`stowage: ${printable(base.note)}\n`);
  print(result, rendered, options, terminal);
  return fails(result, options) ? EXIT.problems : EXIT.clean;
}

function fails({ verdict }: Review, { failOn }: DiffOptions): boolean {
  if (failOn === 'none') return false;
  return verdict === 'critical' || (failOn === 'warning' && verdict === 'warning');
}

function compare({ side: before, loaded }: Base, rendered: Rendered): Review {
  const after = afterSide(rendered);
  const { policy, contracts } = rendered.project;
  if (policy === null) throw new Error('asked to compare a project without a policy');
  const places = new Spans({ policy, contracts, sources: rendered.sources }, loaded);
  const findings = review(before, after, places, intlZones);
  return {
    verdict: verdictOf(findings),
    findings,
    files: fileChanges(before, after),
    contents: (path) => ({
      before: withoutSources(path, before.files.get(path) ?? ''),
      after: withoutSources(path, after.files.get(path) ?? ''),
    }),
  };
}

function afterSide({ project, plan, files }: Rendered): ReviewInput['after'] {
  if (plan === null || project.policy === null) throw new Error('asked to compare an invalid project');
  const { repositories, runtimes, templates } = project.policy;
  const side = sideOf(plan, files);
  const plain =
    templates === null ? side : sideOf(plan, renderPlan({ plan, runtimes, templates: builtinTemplates() }));
  return {
    ...side,
    plain: plain.files,
    mounts: mountsOf(project.contracts),
    margins: new Map(repositories.map(({ name, margin }) => [name, margin])),
  };
}

function print(result: Review, rendered: Rendered, { format }: DiffOptions, terminal: Terminal): void {
  switch (format) {
    case 'text':
      terminal.out(formatReviewText(result, terminal.outColor));
      break;
    case 'json':
      terminal.out(jsonDocument(reviewDocument(result)));
      break;
    case 'markdown':
      terminal.raw(formatReviewMarkdown(result));
      break;
    case 'sarif':
    case 'github':
      printReport(format, result.findings.map(toDiagnostic), rendered, terminal);
  }
}

/** The mistakes of a working tree that cannot be compared, as far as the format can say them. */
function printInvalid(rendered: Rendered, { format, quiet }: DiffOptions, terminal: Terminal): void {
  const { diagnostics } = rendered;
  if (format === 'markdown') terminal.raw(formatInvalidMarkdown(diagnostics));
  else printDiagnostics(format, quiet, diagnostics, rendered, terminal);
}
