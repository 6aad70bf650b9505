import type { Commands, Contract } from '../model/contract.js';
import type { Deployment } from '../model/policy.js';
import type { PlacementFacts, Unplanned } from './runtime.js';

/** What is planned of a service on a host where its runtime has nothing to add. */
export function hostPlacement({ contract, deployment, volumes }: Unplanned): PlacementFacts {
  const commands = effectiveCommands(contract, deployment);
  return {
    ...{ namespace: null, scope: null, volumes, obstacles: [] },
    ...(commands === null ? {} : { commands }),
  };
}

/** The contract's commands with the deployment's over them, one by one; null where neither has any. */
function effectiveCommands(contract: Contract, deployment: Deployment | null): Commands | null {
  const { commands } = contract.backup;
  const stop = deployment?.commands.stop ?? commands.stop;
  const start = deployment?.commands.start ?? commands.start;
  const exec = deployment?.commands.exec ?? commands.exec;
  return stop === null && start === null && exec === null ? null : { stop, start, exec };
}
