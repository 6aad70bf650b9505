import type { ServicePlan } from '../model/plan.js';
import { belowHome } from '../model/volume.js';
import type { CommandLine, PlannedQuiesce } from '../model/quiesce.js';
import { AROUND, installedName } from '../names/installed.js';
import type { sharedFilesIn } from '../rendering/shared-file.js';
import type { RenderedFile, TargetInput } from '../rendering/file.js';
import { longestRun } from '../rendering/longest-run.js';
import type { HostJob } from './host-tree.js';

/** A command in a line of a unit, and the seconds that it may take. */
interface Timed {
  readonly project: string;
  readonly is_user: boolean;
  readonly job: string;
  readonly seconds: number;
  readonly words: CommandLine;
}

/** A command that is to run at the end. */
interface Owed extends Timed {
  readonly when: 'resume' | 'after' | 'on_success' | 'on_failure';
}

/** What a unit's template has to know of what surrounds its job. */
export interface Around {
  readonly project: string;
  /** Whether it is in the hands of a user's own manager. */
  readonly is_user: boolean;
  /** The job's unit, without the ending. */
  readonly job: string;
  /** Whatever happens. */
  readonly owed: readonly Owed[];
  /** Once `before` may have run. */
  readonly resume: readonly Owed[];
  readonly hooks: readonly Timed[];
  /** Run just before what stands still does. */
  readonly before: readonly Timed[];
  readonly hold: {
    readonly mode: string;
    readonly engine: string;
    readonly seconds: number;
    readonly words: readonly string[];
  } | null;
  readonly quiesces: boolean;
  /** Seconds that the end may take before it is cut short, and done by what comes after the job. */
  readonly stop_seconds: number;
}

/** Seconds that an end may take by itself. */
const END = 120;

/**
 * What surrounds a job of a host; null where nothing does. For a job that reads no live file nothing has to stand still, but it
 * has the hooks of its service.
 */
export function aroundContext(job: HostJob, readsFiles: boolean): Around | null {
  const { hooks } = job.service;
  const quiesce = readsFiles && job.placement.quiesce !== undefined ? job.service.quiesce : undefined;
  if (hooks === undefined && quiesce === undefined) return null;
  const line = {
    project: job.project,
    is_user: job.placement.scope === 'user',
    job: job.job.object.name,
  };
  const timed = (lines: readonly CommandLine[] = [], minutes = 0): Timed[] =>
    lines.map((words) => ({ ...line, seconds: minutes * 60, words }));
  const owe = (when: Owed['when'], lines: readonly Timed[]) => lines.map((each) => ({ when, ...each }));
  const hookLines = (when: 'after' | 'on_success' | 'on_failure') =>
    owe(when, timed(hooks?.[when], hooks?.timeout));
  const owed = [...hookLines('after'), ...hookLines('on_success'), ...hookLines('on_failure')];
  const resume = owe('resume', timed(quiesce?.after, quiesce?.timeout));
  const hold = quiesce === undefined ? null : holdContext(job, quiesce);
  return {
    ...line,
    ...{ owed, resume, hold },
    hooks: timed(hooks?.before, hooks?.timeout),
    before: timed(quiesce?.before, quiesce?.timeout),
    quiesces: quiesce !== undefined,
    stop_seconds: END + secondsOf([...owed, ...resume]) + 3 * (hold?.seconds ?? 0),
  };
}

function holdContext({ placement, job }: HostJob, { mode, timeout }: PlannedQuiesce): Around['hold'] {
  const { engine, words } = placement.quiesce ?? { engine: 'none', words: [] };
  if (engine === 'none') return null;
  const folders = job.sources.flatMap((source) =>
    source.at === 'folder' ? [`at=${belowHome(source.path) ?? source.path}`] : [],
  );
  return { mode, engine, seconds: timeout * 60, words: [...words, ...folders] };
}

function secondsOf(lines: readonly Timed[]): number {
  return lines.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Minutes after which a job is stopped, with what surrounds it. */
export function longestRunAround({ service }: HostJob, around: Around | null): number {
  if (around === null) return longestRun(service);
  const seconds = secondsOf([...around.hooks, ...around.before]) + 3 * (around.hold?.seconds ?? 0);
  return longestRun(service) + Math.ceil(seconds / 60);
}

/** The unit that does what a job left undone. */
function recoverUnit(project: string): string {
  return installedName(project, 'recover');
}

/** The script, and the unit that does at boot what was left undone; none where nothing surrounds any job. */
export function aroundFiles(
  file: ReturnType<typeof sharedFilesIn>,
  { plan }: TargetInput,
  jobs: readonly HostJob[],
  { user }: { readonly user: boolean },
): RenderedFile[] {
  if (!jobs.some(({ service }) => isSurrounded(service))) return [];
  const unit = recoverUnit(plan.project);
  return [
    file(`bin/${AROUND}`, 'host/around.sh.hbs', { user }),
    file(`systemd/${unit}.service`, 'systemd/recover.service.hbs', { user }),
    file(`systemd/${unit}.timer`, 'systemd/recover.timer.hbs'),
  ];
}

/** Whether jobs of a host do more than to back the service up. */
export function isSurrounded({ quiesce, hooks }: ServicePlan): boolean {
  return quiesce !== undefined || hooks !== undefined;
}
