import { templates as builtins } from '#generated/templates.js';
import { type Diagnostic, wholeFile } from '../diagnostics/diagnostic.js';
import { didYouMean } from '../diagnostics/did-you-mean.js';
import { compileTemplate } from './compile-template.js';
import { templateKind } from './kind.js';
import { checkEnding, checkPartials, includedTemplates } from './link.js';
import type { TemplateProblem } from './problem.js';
import type { CompiledTemplates, Program } from './program.js';
import { renderProgram } from './render.js';
import type { TemplateError } from './template-error.js';
import type { TemplateSet } from './template-set.js';

export { TemplateError } from './template-error.js';

/** A user's template, read by the caller. */
export interface TemplateOverride {
  /** Name of the template that it stands in for: `systemd/backup.service.hbs`. */
  readonly name: string;
  /** Path as shown to the user. */
  readonly file: string;
  readonly text: string;
}

function templateSet(templates: CompiledTemplates): TemplateSet {
  const names = Object.keys(templates).sort();
  const has = (name: string): boolean => Object.hasOwn(templates, name);
  return {
    has,
    names: () => names,
    render(name, context, trace) {
      if (!has(name)) throw new Error(`there is no template ${name}`);
      return renderProgram(templates, name, context, trace ?? null);
    },
  };
}

/** The templates that the program was built with. */
export function builtinTemplates(): TemplateSet {
  return templateSet(builtins);
}

function problemDiagnostic(problem: TemplateProblem, file: string): Diagnostic {
  const [line, column] = problem.start;
  const [endLine, endColumn] = problem.end;
  return {
    code: problem.code,
    severity: 'error',
    message: problem.message,
    span: { file, line, column, end_line: endLine, end_column: endColumn },
    ...(problem.hint === '' ? {} : { hint: problem.hint }),
  };
}

/** What is wrong with the override as a file, before its text is looked at. */
function nameDiagnostic(override: TemplateOverride, taken: ReadonlySet<string>): Diagnostic | null {
  const { name } = override;
  const span = wholeFile(override.file);
  if (templateKind(name) === undefined) {
    const hint =
      didYouMean(name, Object.keys(builtins)) ??
      'end it in the ending of the file that it makes, then `.hbs`';
    return {
      code: 'STW508',
      severity: 'error',
      message: `the name \`${name}\` does not say which kind of file the template makes`,
      span,
      hint,
    };
  }
  if (taken.has(name))
    return { code: 'STW509', severity: 'error', message: `there are two templates \`${name}\``, span };
  return null;
}

function unusedDiagnostic(override: TemplateOverride, used: ReadonlySet<string>): Diagnostic | null {
  if (used.has(override.name)) return null;
  const hint =
    didYouMean(override.name, Object.keys(builtins)) ?? 'templates replace built-in ones of the same name';
  return {
    code: 'STW507',
    severity: 'warning',
    message: `nothing uses the template \`${override.name}\``,
    span: wholeFile(override.file),
    hint,
  };
}

/**
 * The built-in templates with the user's own in front of them by name, and what is wrong with those. A template of a
 * new name is for the others to include. After an error the set holds what could be compiled.
 */
export function loadTemplates(overrides: readonly TemplateOverride[]): {
  templates: TemplateSet;
  diagnostics: Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const compiled = new Map<string, Program>();
  const accepted: TemplateOverride[] = [];
  for (const override of overrides) {
    const kind = templateKind(override.name);
    const wrong = nameDiagnostic(override, new Set(compiled.keys()));
    if (wrong !== null || kind === undefined) {
      if (wrong !== null) diagnostics.push(wrong);
      continue;
    }
    const { program, problems } = compileTemplate(override.name, kind, override.text);
    diagnostics.push(...problems.map((problem) => problemDiagnostic(problem, override.file)));
    compiled.set(override.name, program);
    accepted.push(override);
  }
  const all: CompiledTemplates = { ...builtins, ...Object.fromEntries(compiled) };
  const used = new Set([...Object.keys(builtins), ...includedTemplates(all)]);
  for (const override of accepted) {
    const problems = [...checkPartials(all, override.name), ...checkEnding(all, override.name)];
    diagnostics.push(...problems.map((problem) => problemDiagnostic(problem, override.file)));
    const unused = unusedDiagnostic(override, used);
    if (unused !== null) diagnostics.push(unused);
  }
  return { templates: templateSet(all), diagnostics };
}

/** A failed render as a finding in `file`, the user's template that holds the tag. */
export function templateDiagnostic(error: TemplateError, file: string): Diagnostic {
  return {
    code: 'STW510',
    severity: 'error',
    message: error.message,
    span: {
      file,
      line: error.line,
      column: error.column,
      end_line: error.line,
      end_column: error.column + 1,
    },
    ...(error.hint === '' ? {} : { hint: error.hint }),
  };
}
