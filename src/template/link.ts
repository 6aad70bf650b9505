import { didYouMean } from '../diagnostics/did-you-mean.js';
import { TEMPLATE_EXTENSIONS, templateExtension, templateKind } from './kind.js';
import type { TemplateProblem } from './problem.js';
import type { CompiledTemplates, PartialStep, Program } from './program.js';

function partialsIn(program: Program): PartialStep[] {
  return program.flatMap((step) => {
    if (step.op === 'text' || step.op === 'value') return [];
    if (step.op === 'partial') return [step];
    return step.op === 'if'
      ? [...partialsIn(step.yes), ...partialsIn(step.no)]
      : [...partialsIn(step.body), ...partialsIn(step.otherwise)];
  });
}

/**
 * The template that `{{> name}}` means in the template `from`: the exact name, else one of the same kind of file, the
 * same ending before others; undefined when there is none.
 */
export function resolvePartial(templates: CompiledTemplates, from: string, name: string): string | undefined {
  const kind = templateKind(from);
  const isMeant = (candidate: string): boolean =>
    Object.hasOwn(templates, candidate) && templateKind(candidate) === kind;
  // Most often the ending is the same; the others are only tried then.
  const likely = [`${name}.hbs`, `${name}.${templateExtension(from)}.hbs`].find(isMeant);
  return likely ?? TEMPLATE_EXTENSIONS.map((extension) => `${name}.${extension}.hbs`).find(isMeant);
}

function reaches(
  templates: CompiledTemplates,
  from: string,
  target: string,
  seen = new Set<string>(),
): boolean {
  if (from === target) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return partialsIn(templates[from] ?? []).some((step) => {
    const next = resolvePartial(templates, from, step.name);
    return next !== undefined && reaches(templates, next, target, seen);
  });
}

/** Whether a template can be a part of another: what follows it has to begin a new line. */
function endsInLineBreak(program: Program): boolean {
  const last = program.at(-1);
  if (last === undefined) return true;
  if (last.op === 'text') return last.text.endsWith('\n');
  if (last.op === 'value') return false;
  // A partial ends as the one that it includes does, which is looked at there.
  if (last.op === 'partial') return true;
  const before = program.slice(0, -1);
  const ways = last.op === 'if' ? [last.yes, last.no] : [last.body, last.otherwise];
  return ways.every((way) => endsInLineBreak(way.length === 0 ? before : way));
}

function partialProblem(
  templates: CompiledTemplates,
  name: string,
  step: PartialStep,
): TemplateProblem | null {
  const problem = (message: string, hint: string): TemplateProblem => ({
    code: 'STW504',
    start: step.at,
    end: step.end,
    message,
    hint,
  });
  const target = resolvePartial(templates, name, step.name);
  if (target === undefined) {
    const same = Object.keys(templates).filter((other) => templateKind(other) === templateKind(name));
    const names = same.map((other) => other.replace(/\.\w+\.hbs$/, ''));
    return problem(
      `there is no ${templateKind(name) ?? ''} template \`${step.name}\` to include`,
      didYouMean(step.name, names) ?? 'a partial has to make the same kind of file',
    );
  }
  if (reaches(templates, target, name))
    return problem(`the partial \`${step.name}\` includes itself`, 'take one of the includes out');
  return null;
}

/** Every template that some template includes. */
export function includedTemplates(templates: CompiledTemplates): ReadonlySet<string> {
  return new Set(
    Object.keys(templates).flatMap((name) =>
      partialsIn(templates[name] ?? []).flatMap((step) => resolvePartial(templates, name, step.name) ?? []),
    ),
  );
}

/** What is wrong with the template `name` as a part of others, which it may become by taking a name. */
export function checkEnding(templates: CompiledTemplates, name: string): TemplateProblem[] {
  if (endsInLineBreak(templates[name] ?? []) || !includedTemplates(templates).has(name)) return [];
  const message = 'other templates include this one, so it has to end with a line break';
  return [
    { code: 'STW506', start: [1, 1], end: [1, 1], message, hint: 'put a line break after its last line' },
  ];
}

/** What is wrong with the partials of the template `name`. */
export function checkPartials(templates: CompiledTemplates, name: string): TemplateProblem[] {
  return partialsIn(templates[name] ?? []).flatMap((step) => partialProblem(templates, name, step) ?? []);
}
