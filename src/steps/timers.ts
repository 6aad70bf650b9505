import { forget } from '../jobs/forget/kind.js';
import { installedName } from '../names/installed.js';
import type { RepositoryPlan } from '../model/plan.js';
import { objectName } from '../names/objects.js';
import { fence, fenced, type Command, type Fence, type Step } from '../model/guide.js';
import { whereMaintained } from './typed-at.js';

/** What starts and stops the jobs of a placement, and where one types it. */
export interface Jobs {
  readonly project: string;
  readonly at: string;
  /** `systemctl`, for a user with its option. */
  readonly systemctl: Command;
  /** Units of the backup jobs, without an ending. */
  readonly units: readonly string[];
}

/**
 * Nothing may back up the damage, or a half of a restore, while people work; nor may retention remove the snapshot that
 * they need: the damage ages, too.
 */
export function holdStep({ project, at, systemctl, units }: Jobs, repository: RepositoryPlan): Step {
  return fenced(
    'Hold the jobs',
    'No backup of the damage may begin while you work. A machine that starts anew lets its timers run again.',
    [
      fence(at, [[...systemctl, 'stop', ...units.flatMap((unit) => [`${unit}.timer`, `${unit}.service`])]]),
      forgetFence(project, repository, 'so that retention removes none meanwhile', true),
    ],
  );
}

/** Why a restored state is backed up at once. An old state may be so small that the job takes it for a loss. */
export const BACK_UP_AGAIN =
  'So that the restored state is the newest snapshot. Where it is much smaller than the one before, the job fails and names the command that accepts it.';

/** Backs up what was restored, and lets everything run again. */
export function resumeStep({ project, at, systemctl, units }: Jobs, repository: RepositoryPlan): Step {
  return fenced('Back up again', `${BACK_UP_AGAIN} Then the timers run again.`, [
    fence(at, [
      ...units.map((unit) => [...systemctl, 'start', `${unit}.service`]),
      [...systemctl, 'start', ...units.map((unit) => `${unit}.timer`)],
    ]),
    forgetFence(project, repository, 'for retention', false),
  ]);
}

/** Keeps a CronJob from starting, or lets it run again. */
export function suspended(namespace: string, cronJob: string, isHeld: boolean): Command {
  const patch = JSON.stringify({ spec: { suspend: isHeld } });
  return ['kubectl', '--namespace', namespace, 'patch', 'cronjob', cronJob, '--patch', patch];
}

/** Holds retention of a repository, or lets it run again, where that is typed. */
export function forgetFence(project: string, repository: RepositoryPlan, why: string, held: boolean): Fence {
  const { maintenance, name } = repository;
  const command =
    maintenance.kind === 'host'
      ? ['systemctl', held ? 'stop' : 'start', `${installedName(project, forget.stem, name)}.timer`]
      : suspended(maintenance.namespace, objectName(project, forget.stem, name), held);
  return fence(`${whereMaintained(maintenance)}, ${why}`, [command]);
}
