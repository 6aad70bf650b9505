import type { Placement, PlannedVolume, ServicePlan } from '../../model/plan.js';
import { rootOf } from '../../model/volume.js';
import { fence, fenced, type Command, type Fence, type Step } from '../../model/guide.js';
import { runtimeOf } from '../../runtimes/registry.js';

/** A workload that is to stand still, and the proof that it does. */
export interface Standstill {
  readonly service: ServicePlan;
  readonly placement: Placement;
  readonly at: string;
  readonly stop: readonly Command[];
  /** Fails as long as anybody uses what is restored. */
  readonly check: readonly Command[];
}

export function stopSteps(standstill: Standstill): Step[] {
  const { service, placement, at, stop, check } = standstill;
  const own = placement.commands?.stop ?? null;
  const fences: Fence[] =
    own === null
      ? [fence(at, [...stop, ...check])]
      : [fence(`With what deploys it, there`, stop), fence(at, check)];
  const asks =
    check.length === 0
      ? ''
      : 'The last command must say that nobody uses the data: restores refuse as long as anybody does. If it names somebody, stop that too';
  const but = own === null ? runtimeOf(placement.runtime).by_hand?.caution?.(placement) : undefined;
  return [
    ...warnings(service, placement),
    fenced(
      'Stop the workload',
      [
        stop.length === 0 ? `Stop the guest of ${service.service_name}.` : '',
        asks === '' ? '' : `${asks}${but === undefined ? '' : `, but ${but}`}.`,
      ]
        .filter((text) => text !== '')
        .join(' '),
      fences.filter(({ pipelines }) => pipelines.length > 0),
    ),
  ];
}

/** What cannot be started again by hand must be known before it stands still. */
function warnings(service: ServicePlan, placement: Placement): Step[] {
  if (!service.shreds_secrets || (placement.commands?.start ?? null) !== null) return [];
  if (runtimeOf(placement.runtime).by_hand?.has_containers !== true) return [];
  return [
    {
      heading: 'Before you stop it: have its deployment at hand',
      text: 'What deploys it removes the files with secrets afterwards, and without them its containers cannot start: only another deployment makes them again. Make sure that you can run that one now. The command belongs into commands.start of the contract.',
      pipelines: [],
    },
  ];
}

/** The folders to look at: of a volume all of it, because the workload has mounted all of it. */
export function roots(volumes: readonly PlannedVolume[]): string[] {
  return [...new Set(volumes.map(rootOf))];
}
