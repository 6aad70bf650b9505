import { projectTemplates } from './project-templates.js';
import { TARGETS } from './registry.js';
import type { RenderedFile, TargetInput } from '../rendering/file.js';
import { compareText } from '../text/compare.js';

/** The whole output tree in memory: by path, each path once. Throws when two targets claim one path, which is a bug. */
export function renderPlan(input: TargetInput): RenderedFile[] {
  const templates = projectTemplates(input.templates, input.plan);
  const files = TARGETS.flatMap((target) => target.render({ ...input, templates }));
  const sorted = files.sort((a, b) => compareText(a.path, b.path));
  for (const [index, file] of sorted.entries()) {
    if (sorted[index + 1]?.path === file.path) throw new Error(`two targets render \`${file.path}\``);
  }
  return sorted;
}
