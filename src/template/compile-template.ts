import { compileDraft } from './compile.js';
import type { FileKind } from './kind.js';
import { normalizeTemplate, TemplateText } from './parse.js';
import { assignEncoders } from './assign-encoders.js';
import type { TemplateProblem } from './problem.js';
import type { Program } from './program.js';

/** The text of the template `name` as a program, and what is wrong with it (then the program is of no use). */
export function compileTemplate(
  name: string,
  kind: FileKind,
  source: string,
): { readonly program: Program; readonly problems: readonly TemplateProblem[] } {
  const { draft, problems } = compileDraft(name, kind, source);
  const { end } = new TemplateText(normalizeTemplate(source));
  const assigned = assignEncoders(name, kind, draft, end);
  // A tag that could not be compiled leaves a gap; what follows from the gap would only confuse.
  return { program: assigned.program, problems: problems.length > 0 ? problems : assigned.problems };
}
