import { hasErrors, sortDiagnostics, type Diagnostic } from './diagnostics/diagnostic.js';
import type { Project } from './load.js';
import { buildPlan } from './plan/build.js';
import type { BackupPlan } from './model/plan.js';
import type { Period } from './schedule/runs.js';
import { intlZones } from './time/intl-zone.js';

/** A project, and the plan that was made of it. */
export interface PlannedProject {
  /** Null when the policy could not be read. */
  readonly plan: BackupPlan | null;
  /** What loading and planning found, sorted. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Plans a loaded project. The plan is there to look at even when some contracts have errors.
 *
 * @param period what the checks of the schedules look at; by default thirteen fixed months
 */
export function planProject(project: Project, period?: Period): PlannedProject {
  if (project.policy === null) return { plan: null, diagnostics: project.diagnostics };
  const { plan, diagnostics } = buildPlan(
    project.policy,
    project.contracts,
    intlZones,
    period,
    project.unread,
  );
  const all = [...project.diagnostics, ...diagnostics];
  // What is wrong may be what would use the repository.
  const found = hasErrors(all) ? all.filter(({ code }) => code !== 'STW321') : all;
  return { plan, diagnostics: sortDiagnostics(found) };
}
