import { hasErrors } from '../diagnostics/diagnostic.js';
import { loadProject } from '../load.js';
import { render } from '../render.js';
import type { RenderedFile } from '../rendering/file.js';
import type { Opened } from './open.js';
import type { Terminal } from './terminal.js';

/** From so many contracts on, people want to see that something is going on. */
const MANY = 200;

/** A project and the files that it renders to; none of them when anything is invalid. */
export interface Rendered extends Opened {
  readonly files: readonly RenderedFile[];
}

/** Reads, plans, and renders in memory. */
export function renderProject(file: string, terminal: Terminal): Rendered {
  const project = loadProject(file);
  const many = project.contracts.length >= MANY;
  terminal.progress(many ? `rendering ${project.contracts.length} services…` : '');
  const rendered = render(project);
  terminal.progress('');
  return { project, ...rendered, files: hasErrors(rendered.diagnostics) ? [] : rendered.files };
}
