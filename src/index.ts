/**
 * stowage as a library: load a project, plan its backups, render the files that make them, all in memory.
 *
 * ```ts
 * import { loadProject, render } from 'stowage';
 *
 * const project = loadProject('/srv/infra/stowage.yml');
 * const { files, diagnostics } = render(project);
 * ```
 *
 * Nothing here writes, exits or prints. A user's mistake is an entry in `diagnostics`; what throws is a bug or a
 * file system that failed.
 */
export type { Contract, RuntimeName as Runtime } from './contract/contract.js';
export type { Diagnostic, Severity, Span } from './diagnostics/diagnostic.js';
export { CODES } from './diagnostics/codes.js';
export { hasErrors, sortDiagnostics } from './diagnostics/diagnostic.js';
export type { Project } from './load.js';
export { loadProject } from './load.js';
export type { Job, JobSchedule } from './model/job.js';
export type { BackupPlan, Placement, PlannedVolume, RepositoryPlan, ServicePlan } from './plan/plan.js';
export { buildPlan } from './plan/build.js';
export type { Policy } from './policy/policy.js';
export type { RenderedFile } from './targets/target.js';
export { planProject } from './plan-project.js';
export { RUNTIMES } from './runtimes/registry.js';
export { render, report } from './render.js';
