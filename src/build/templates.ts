import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import glob from 'fast-glob';
import { compileTemplate } from '../template/compile-template.js';
import { templateKind } from '../template/kind.js';
import { checkEnding, checkPartials } from '../template/link.js';
import type { TemplateProblem } from '../template/problem.js';
import type { CompiledTemplates, Program } from '../template/program.js';

const FOLDER = 'templates';

const TYPES = `import type { CompiledTemplates } from '../../src/template/program.js';
/** The built-in templates, compiled. */
export declare const templates: CompiledTemplates;
`;

function report(name: string, problem: TemplateProblem): string {
  const hint = problem.hint === '' ? '' : ` (${problem.hint})`;
  return `${FOLDER}/${name}:${problem.start.join(':')} ${problem.message}${hint}`;
}

/**
 * Compiles every template below `templates/` of the working directory into `<folder>/templates.js` and its types.
 * Throws with file, line and column for each mistake, all of them at once.
 */
export function generateTemplates(folder: string): void {
  const names = existsSync(FOLDER) ? glob.sync('**/*.hbs', { cwd: FOLDER }).sort() : [];
  const mistakes: string[] = [];
  const compiled: Record<string, Program> = {};
  for (const name of names) {
    const kind = templateKind(name);
    if (kind === undefined) {
      mistakes.push(`${FOLDER}/${name}:1:1 the name does not say which kind of file the template makes`);
      continue;
    }
    const { program, problems } = compileTemplate(name, kind, readFileSync(join(FOLDER, name), 'utf8'));
    mistakes.push(...problems.map((problem) => report(name, problem)));
    compiled[name] = program;
  }
  const templates: CompiledTemplates = compiled;
  for (const name of Object.keys(templates)) {
    const problems = [...checkPartials(templates, name), ...checkEnding(templates, name)];
    mistakes.push(...problems.map((problem) => report(name, problem)));
  }
  if (mistakes.length > 0) throw new Error(`bad templates:\n${mistakes.join('\n')}`);
  writeFileSync(join(folder, 'templates.js'), `export const templates = ${JSON.stringify(templates)};\n`);
  writeFileSync(join(folder, 'templates.d.ts'), TYPES);
}
