import type { Contract, Runtime } from '../contract/contract.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { didYouMean } from '../diagnostics/did-you-mean.js';
import type { Deployment, Policy } from '../policy/policy.js';
import type { Pointer } from '../source/document.js';

/** One service in one place, as the policy's `deployments` say. */
export interface Deployed {
  readonly contract: Contract;
  readonly runtime: Runtime;
  readonly host: string | null;
  readonly snapshot_host: string;
  /** The policy entry that put it there; null without a `deployments` key. */
  readonly deployment: Deployment | null;
}

interface Found {
  readonly deployed: Deployed[];
  readonly diagnostics: Diagnostic[];
}

/** Which service runs where. Without `deployments` every runtime that a contract names, on a host without a name. */
export function resolveDeployments(policy: Policy, contracts: readonly Contract[]): Found {
  if (policy.deployments === null) {
    const deployed = contracts.flatMap((contract) =>
      contract.runtimes.map((runtime) => ({
        contract,
        runtime,
        host: null,
        snapshot_host: contract.service_id,
        deployment: null,
      })),
    );
    return { deployed, diagnostics: [] };
  }
  const found: Found = { deployed: [], diagnostics: [] };
  const placed = new Set<Contract>();
  for (const deployment of policy.deployments) matchDeployment(policy, deployment, contracts, placed, found);
  return found;
}

function matchDeployment(
  policy: Policy,
  deployment: Deployment,
  contracts: readonly Contract[],
  placed: Set<Contract>,
  found: Found,
): void {
  const matched = new Set<Contract>();
  for (const [index, pattern] of deployment.services.entries()) {
    const pointer = [...deployment.pointer, 'services', index];
    const matches = contracts.filter((contract) => matchesGlob(pattern, contract.service_id));
    if (matches.length === 0) found.diagnostics.push(matchesNothing(policy, pattern, pointer, contracts));
    for (const contract of matches) {
      if (matched.has(contract)) continue;
      matched.add(contract);
      if (!contract.runtimes.includes(deployment.runtime)) {
        found.diagnostics.push(runtimeNotListed(policy, deployment.runtime, contract, pointer));
        continue;
      }
      found.deployed.push(place(deployment, contract, !placed.has(contract)));
      placed.add(contract);
    }
  }
}

/**
 * The first place of a service owns its plain name as restic's `--host`. Snapshots of a second, concurrent place
 * must not share that group: forget would keep the newest of each day from either and drop the other's.
 */
function place(deployment: Deployment, contract: Contract, first: boolean): Deployed {
  const { runtime, host } = deployment;
  const own = first ? contract.service_id : `${contract.service_id}@${host ?? runtime}`;
  return { contract, runtime, host, snapshot_host: deployment.snapshot_host ?? own, deployment };
}

/** Shell-style pattern over a whole service id: `*` any run of characters, `?` one. */
export function matchesGlob(pattern: string, id: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(id);
}

function matchesNothing(
  policy: Policy,
  pattern: string,
  pointer: Pointer,
  contracts: readonly Contract[],
): Diagnostic {
  const ids = contracts.map((contract) => contract.service_id);
  return {
    code: 'STW305',
    severity: 'error',
    message: `no contract has a \`service_id\` that \`${pattern}\` matches`,
    span: policy.document.span(pointer),
    hint: didYouMean(pattern, ids) ?? 'remove it, or add the contract to `contracts`',
  };
}

function runtimeNotListed(
  policy: Policy,
  runtime: Runtime,
  contract: Contract,
  pointer: Pointer,
): Diagnostic {
  return {
    code: 'STW306',
    severity: 'error',
    message: `\`${contract.service_id}\` is deployed on ${runtime}, but its contract does not list that runtime`,
    span: policy.document.span(pointer),
    hint:
      `add \`${runtime}\` to \`runtime_templates\` in ${contract.document.file}` +
      ', or name the services of this deployment one by one',
  };
}
