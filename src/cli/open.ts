import { hasErrors, type Diagnostic } from '../diagnostics/diagnostic.js';
import { loadProject, planProject, render, type Project } from '../index.js';
import type { BackupPlan } from '../plan/plan.js';
import type { RenderedFile } from '../targets/target.js';
import type { Terminal } from './terminal.js';

/** From so many contracts on, people want to see that something is going on. */
const MANY = 200;

/** A project that was read and planned as far as its mistakes allow. */
export interface Opened {
  readonly project: Project;
  /** Null when the policy could not be read. */
  readonly plan: BackupPlan | null;
  /** Sorted. */
  readonly diagnostics: readonly Diagnostic[];
  /** Text of every input file by the name that diagnostics use. */
  readonly sources: ReadonlyMap<string, string>;
}

/** A project and the files that it renders to; none of them when anything is invalid. */
export interface Rendered extends Opened {
  readonly files: readonly RenderedFile[];
}

/** Reads the policy in `file` and everything that it names, and plans. */
export function openProject(file: string): Opened {
  const project = loadProject(file);
  return { project, sources: project.sources, ...planProject(project) };
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
