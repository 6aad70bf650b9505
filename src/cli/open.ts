import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { loadProject, type Project } from '../load.js';
import { planProject } from '../plan-project.js';
import type { BackupPlan } from '../model/plan.js';
import type { Period } from '../schedule/runs.js';

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

/** Reads the policy in `file` and everything that it names, and plans; `period` as for {@link planProject}. */
export function openProject(file: string, period?: Period): Opened {
  const project = loadProject(file);
  return { project, sources: project.sources, ...planProject(project, period) };
}
