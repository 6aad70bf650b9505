import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { sortDiagnostics } from '../diagnostics/diagnostic.js';
import { projectTemplates } from './project-templates.js';
import { TARGETS } from './registry.js';
import type { RenderedFile, TargetInput } from '../rendering/file.js';
import { compareText } from '../text/compare.js';

export interface RenderResult {
  /** By path, each path once. */
  readonly files: readonly RenderedFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The whole output tree in memory. Throws when two targets claim one path, which is a bug. */
export function renderPlan(input: TargetInput): RenderResult {
  const templates = projectTemplates(input.templates, input.plan);
  const outputs = TARGETS.map((target) => target.render({ ...input, templates }));
  const files = outputs.flatMap((output) => output.files);
  const sorted = files.sort((a, b) => compareText(a.path, b.path));
  for (const [index, file] of sorted.entries()) {
    if (sorted[index + 1]?.path === file.path) throw new Error(`two targets render \`${file.path}\``);
  }
  return { files: sorted, diagnostics: sortDiagnostics(outputs.flatMap((output) => output.diagnostics)) };
}
