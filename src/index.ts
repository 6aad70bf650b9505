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
 *
 * @packageDocumentation
 */
import type { Contract } from './model/contract.js';
import { loadProject as load, type Project } from './load.js';
import { buildPlan as build, type PlanResult } from './plan/build.js';
import { planProject as plan, type PlannedProject } from './plan-project.js';
import type { Policy } from './model/policy.js';
import { render as fill, report as write, type RenderedProject, type ProjectResult } from './render.js';

export type {
  BackupBlock,
  BackupSettings,
  Commands,
  ContainerHint,
  Contract,
  DatabaseHints,
  Environment,
  EphemeralMount,
  PersistentVolume,
  Retention,
  RunAs,
  RuntimeName as Runtime,
  ServiceVolume,
  RuntimeVolumeSettings,
  VolumeSettings,
} from './model/contract.js';
export type { Dump, DumpContainer, PlacedDump, PlannedDump } from './model/dump.js';
export type {
  CommandLine,
  Hooks,
  PlacedQuiesce,
  PlannedHooks,
  PlannedQuiesce,
  Quiesce,
} from './model/quiesce.js';
export type { JobSchedule } from './schedule/job-schedule.js';
export type { Clockwork } from './schedule/runs.js';
export { CODES, type DiagnosticCode } from './diagnostics/codes.js';
export type { Diagnostic, Severity, Span } from './diagnostics/diagnostic.js';
export { hasErrors, sortDiagnostics } from './diagnostics/diagnostic.js';
export type { Project } from './load.js';
export type { PlanResult } from './plan/build.js';
export type {
  ClaimSource,
  ClusterPlace,
  FolderSource,
  Held,
  HostPlace,
  Job,
  JobObject,
  Lock,
  NodeSource,
  Place,
  RepositorySource,
  SnapshotIdentity,
  Source,
  Store,
  StreamSource,
} from './model/job.js';
export type {
  BackupPlan,
  Elsewhere,
  LiveCopy,
  LocationKind,
  OwnOfPlace,
  Placement,
  PlannedVolume,
  RepositoryPlan,
  ServicePlan,
  Workload,
} from './model/plan.js';
export type { PlannedProject } from './plan-project.js';
export type {
  Deployment,
  Labels,
  MaintenancePlace,
  MaintenanceTime,
  Policy,
  Repository,
  RuntimeSettings,
} from './model/policy.js';
export type { ProjectResult, RenderedProject } from './render.js';
export type { Pointer, SourceDocument } from './source/document.js';
export type { RenderedFile } from './rendering/file.js';
export type { ExternalSecretSettings, KubernetesSettings } from './runtimes/kubernetes/settings.js';
export type { Toleration } from './runtimes/kubernetes/tolerations.js';
export type { DockerFacts } from './runtimes/docker/project.js';
export type { DockerSettings } from './runtimes/docker/settings.js';
export { METHOD_NAMES, type MethodName } from './runtimes/kubernetes/methods/registry.js';
export type { PodmanSettings } from './runtimes/podman/settings.js';
export type { ProxmoxSettings } from './runtimes/proxmox/settings.js';
export { RUNTIMES } from './runtimes/registry.js';

/**
 * Reads a policy, and the values files and contracts that it names, from the disk. Reports every problem of every
 * file at once.
 *
 * @param configPath - path of the policy; relative to the working directory, or absolute
 */
export function loadProject(configPath: string): Project {
  return load(configPath);
}

/** Plans a loaded project. The plan is there to look at even when some contracts have errors. */
export function planProject(project: Project): PlannedProject {
  return plan(project);
}

/**
 * Contracts and policy to the one plan that everything is rendered from. Pure: the same input gives the same plan, in
 * the same order, whatever order the contracts come in.
 */
export function buildPlan(policy: Policy, contracts: readonly Contract[]): PlanResult {
  return build(policy, contracts);
}

/** Plans and renders a loaded project. */
export function render(project: Project): RenderedProject {
  return fill(project);
}

/**
 * The page about a loaded project's backups.
 *
 * @param at - the moment that the page shows, in minutes from 1970 (UTC); null for a model day, so that the page is
 * the same whenever it is made
 */
export function report(
  project: Project,
  format: 'html' | 'markdown',
  at: number | null = null,
): ProjectResult<string> {
  return write(project, format, at);
}
