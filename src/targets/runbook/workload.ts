import type { Placement, ServicePlan } from '../../model/plan.js';
import { runtimeOf } from '../../runtimes/registry.js';
import type { ByHand, WorkloadCommands } from '../../runtimes/runtime.js';

/** How a workload is stopped, started and asked for its health: as contract and policy say, else as its runtime does it. */
export function workload(service: ServicePlan, placement: Placement): WorkloadCommands {
  const usual = byHand(placement).workload(service, placement);
  const { stop = null, start = null, exec = null } = placement.commands ?? {};
  return {
    stop: stop === null ? usual.stop : [stop],
    start: start === null ? usual.start : [start],
    inside: exec ?? usual.inside,
  };
}

/** What the runtime of a placement on a host has for people. */
export function byHand({ runtime }: Pick<Placement, 'runtime'>): ByHand {
  const { by_hand } = runtimeOf(runtime);
  if (by_hand === null) throw new Error(`${runtime} runs on no host`);
  return by_hand;
}
