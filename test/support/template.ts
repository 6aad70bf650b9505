import { compileTemplate } from '../../src/template/compile-template.js';
import { templateKind } from '../../src/template/kind.js';
import type { CompiledTemplates } from '../../src/template/program.js';
import { renderProgram } from '../../src/template/render.js';
import { TemplateError } from '../../src/template/template-error.js';

/** Compiles templates given as texts; throws with position and message when one of them is refused. */
export function compiled(texts: Readonly<Record<string, string>>): CompiledTemplates {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const kind = templateKind(name);
      if (kind === undefined) throw new Error(`${name} has no kind`);
      const { program, problems } = compileTemplate(name, kind, text);
      if (problems.length > 0)
        throw new Error(problems.map((p) => `${p.start.join(':')} ${p.code} ${p.message}`).join('\n'));
      return [name, program];
    }),
  );
}

/** A function that fills the template `text` of the given kind of file, or gives null where a value is refused. */
export function filler(name: string, text: string): (context: Record<string, unknown>) => string | null {
  const templates = compiled({ [name]: text });
  return (context) => {
    try {
      return renderProgram(templates, name, context);
    } catch (error) {
      if (error instanceof TemplateError) return null;
      throw error;
    }
  };
}
