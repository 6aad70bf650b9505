import type { Placement, ServicePlan } from '../model/plan.js';
import { fence, fenced, type Command, type Fence, type Step } from '../model/guide.js';
import type { ByHand } from './runtime.js';

/** A workload that is to stand still, and the proof that it does. */
export interface Standstill {
  readonly service: ServicePlan;
  readonly placement: Placement;
  readonly by_hand: ByHand;
  readonly at: string;
  readonly stop: readonly Command[];
  /** Fails as long as anybody uses what is restored. */
  readonly check: readonly Command[];
}

export function stopSteps(standstill: Standstill): Step[] {
  const { service, placement, by_hand, at, stop, check } = standstill;
  const own = placement.commands?.stop ?? null;
  const fences: Fence[] =
    own === null
      ? [fence(at, [...stop, ...check])]
      : [fence(`With what deploys it, there`, stop), fence(at, check)];
  const asks =
    check.length === 0
      ? ''
      : 'The last command must say that nobody uses the data: restores refuse as long as anybody does. If it names somebody, stop that too';
  const but = own === null ? by_hand.caution?.(placement) : undefined;
  return [
    ...warnings(standstill),
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
function warnings({ service, placement, by_hand }: Standstill): Step[] {
  if (!service.shreds_secrets || (placement.commands?.start ?? null) !== null) return [];
  if (!by_hand.has_containers) return [];
  return [
    {
      heading: 'Before you stop it: have its deployment at hand',
      text: 'What deploys it removes the files with secrets afterwards, and without them its containers cannot start: only another deployment makes them again. Make sure that you can run that one now. The command belongs into commands.start of the contract.',
      pipelines: [],
    },
  ];
}
