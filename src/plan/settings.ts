import type { BackupSettings, Commands, Contract } from '../contract/contract.js';
import { composeProjectName } from '../locate/docker.js';
import type { Deployment, Policy } from '../policy/policy.js';

/** The policy's defaults with the contract's own `backup:` keys over them. */
export function effectiveSettings(policy: Policy, contract: Contract): BackupSettings {
  return { ...policy.defaults, ...contract.backup.settings };
}

/** The Compose project of a service: as the deployment, the contract or the defaults say, else as its folder is called. */
export function composeProject(policy: Policy, contract: Contract, deployment: Deployment | null): string {
  return statedProject(policy, contract, deployment) ?? composeProjectName(contract.service_id);
}

/** As {@link composeProject}; null where nobody says it. */
export function statedProject(
  policy: Policy,
  contract: Contract,
  deployment: Deployment | null,
): string | null {
  return deployment?.compose_project ?? effectiveSettings(policy, contract).compose_project;
}

/** The contract's commands with the deployment's over them, one by one; null where neither has any. */
export function effectiveCommands(contract: Contract, deployment: Deployment | null): Commands | null {
  const { commands } = contract.backup;
  const stop = deployment?.commands.stop ?? commands.stop;
  const start = deployment?.commands.start ?? commands.start;
  const exec = deployment?.commands.exec ?? commands.exec;
  return stop === null && start === null && exec === null ? null : { stop, start, exec };
}
