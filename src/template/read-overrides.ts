import { join } from 'node:path';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import { DISK, type Files } from '../source/files.js';
import { readInput } from '../source/read.js';
import type { TemplateOverride } from './engine.js';

export interface Overrides {
  readonly overrides: TemplateOverride[];
  readonly diagnostics: Diagnostic[];
}

/**
 * The user's templates: every `.hbs` file below the folder that the policy's `templates:` names, called by its path
 * in it. Throws nothing: a folder that cannot be read is a finding at the policy's key.
 *
 * @param root absolute path of the policy's folder
 * @param folder as written in the policy
 * @param span the policy's key
 * @param files where to read from
 */
export function readOverrides(root: string, folder: string, span: Span, files: Files = DISK): Overrides {
  const found: Overrides = { overrides: [], diagnostics: [] };
  const names = list(join(root, folder), files);
  if (names === null) {
    found.diagnostics.push({
      code: 'STW530',
      severity: 'error',
      message: `the folder \`${folder}\` cannot be read`,
      span,
      hint: '`templates` is relative to the policy and holds templates that shadow the built-in ones by path',
    });
    return found;
  }
  files.prefetch(names.map((name) => join(root, folder, name)));
  for (const name of names) {
    const { file, diagnostics } = readInput(join(root, folder, name), `${folder}/${name}`, files);
    found.diagnostics.push(...diagnostics);
    if (file !== null) found.overrides.push({ name, file: file.file, text: file.text });
  }
  return found;
}

function list(folder: string, files: Files): string[] | null {
  try {
    return files.list(folder).filter((name) => name.endsWith('.hbs'));
  } catch {
    return null;
  }
}
