import { hasErrors, sortDiagnostics, type Diagnostic } from './diagnostics/diagnostic.js';
import type { Project } from './load.js';
import { planProject, type PlannedProject } from './plan-project.js';
import type { Policy } from './model/policy.js';
import { htmlReport, markdownReport } from './report/page.js';
import { buildReport } from './report/report.js';
import { renderPlan } from './targets/render.js';
import type { RenderedFile, TargetInput } from './rendering/file.js';
import { builtinTemplates, loadTemplates, templateDiagnostic, TemplateError } from './template/engine.js';
import type { TemplateSet } from './template/template-set.js';
import { readOverrides } from './template/read-overrides.js';
import { intlZones } from './time/intl-zone.js';

/** A project, its plan, and every file that was rendered from it. */
export interface RenderedProject extends PlannedProject {
  /** The whole output tree, by path; empty when anything is wrong, because nothing may be written then. */
  readonly files: readonly RenderedFile[];
  /** Text of every input file by display name, for frames; the user's templates included. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Plans and renders a loaded project in memory; writes nothing.
 *
 * @param through what stands between the targets and the templates, to look on
 */
export function render(
  project: Project,
  through: (templates: TemplateSet) => TemplateSet = (templates) => templates,
): RenderedProject {
  const { result, ...rendered } = fillTemplates(project, (input) =>
    renderPlan({ ...input, templates: through(input.templates) }),
  );
  return { ...rendered, files: result ?? [] };
}

/** The page about a loaded project's backups, in memory; null when anything is wrong. */
export function report(
  project: Project,
  format: 'html' | 'markdown',
  at: number | null,
): ProjectResult<string> {
  return fillTemplates(project, ({ plan, templates }, found) => {
    const repositories = project.policy?.repositories ?? [];
    const made = buildReport({
      plan,
      margins: new Map(repositories.map(({ name, margin }) => [name, margin])),
      diagnostics: found,
      zones: intlZones,
      at,
    });
    return format === 'html' ? htmlReport(made, templates) : markdownReport(made, templates);
  });
}

/** What was made of a project with the help of templates. */
export interface ProjectResult<Result> extends PlannedProject {
  /** Null when anything is wrong. */
  readonly result: Result | null;
  /** As in {@link RenderedProject}. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Plans a project and, unless that or the user's templates have errors, lets `fill` make something of the plan. */
function fillTemplates<Result>(
  project: Project,
  fill: (input: TargetInput, found: readonly Diagnostic[]) => Result,
): ProjectResult<Result> {
  const { plan, diagnostics } = planProject(project);
  const found: Diagnostic[] = [...diagnostics];
  const sources = new Map(project.sources);
  const nothing = { plan, result: null, sources };
  if (plan === null || project.policy === null) return { ...nothing, diagnostics: found };

  const templates = templatesOf(project, project.policy, sources, found);
  if (templates === null || hasErrors(found)) return { ...nothing, diagnostics: sortDiagnostics(found) };
  try {
    const result = fill({ plan, runtimes: project.policy.runtimes, templates }, found);
    return { plan, sources, diagnostics: sortDiagnostics(found), result };
  } catch (error) {
    const file =
      error instanceof TemplateError ? overrideFile(project.policy, error.template, sources) : null;
    // A built-in template that cannot be filled is our bug; a user's template is the user's.
    if (!(error instanceof TemplateError) || file === null) throw error;
    return { ...nothing, diagnostics: sortDiagnostics([...found, templateDiagnostic(error, file)]) };
  }
}

function templatesOf(project: Project, policy: Policy, sources: Map<string, string>, found: Diagnostic[]) {
  if (policy.templates === null) return builtinTemplates();
  const span = policy.document.span(['templates']);
  const { overrides, diagnostics } = readOverrides(project.root, policy.templates, span, project.input);
  found.push(...diagnostics);
  for (const override of overrides) sources.set(override.file, override.text);
  if (hasErrors(diagnostics)) return null;
  const loaded = loadTemplates(overrides);
  found.push(...loaded.diagnostics);
  return hasErrors(loaded.diagnostics) ? null : loaded.templates;
}

function overrideFile(policy: Policy, template: string, sources: ReadonlyMap<string, string>): string | null {
  const file = `${policy.templates ?? ''}/${template}`;
  return policy.templates !== null && sources.has(file) ? file : null;
}
