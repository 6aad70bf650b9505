import { isDeepStrictEqual } from 'node:util';
import type { Contract } from '../model/contract.js';
import type { Unread } from '../model/unread.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { didYouMean } from '../diagnostics/did-you-mean.js';
import { contractAt, type Deployed } from '../model/deployed.js';
import type { Deployment, Policy } from '../model/policy.js';
import { matchingServices, wholeId } from '../policy/match-services.js';
import type { Pointer } from '../source/document.js';

interface Found {
  readonly deployed: Deployed[];
  readonly diagnostics: Diagnostic[];
}

/** Which service runs where. Without `deployments` every runtime that a contract names, on a host without a name. */
export function resolveDeployments(policy: Policy, contracts: readonly Contract[], unread: Unread): Found {
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
  const seen = new Set<Pointer>();
  for (const deployment of policy.deployments) {
    matchDeployment({ policy, contracts, unread }, deployment, placed, found, !seen.has(deployment.pointer));
    seen.add(deployment.pointer);
  }
  return found;
}

interface Known {
  readonly policy: Policy;
  readonly contracts: readonly Contract[];
  readonly unread: Unread;
}

function matchDeployment(
  { policy, contracts, unread }: Known,
  deployment: Deployment,
  placed: Set<Contract>,
  found: Found,
  isFirst: boolean,
): void {
  const matched = new Set<Contract>();
  for (const [index, pattern] of deployment.services.entries()) {
    const pointer = [...deployment.pointer, 'services', index];
    const matches = matchingServices(pattern, contracts);
    if (matches.length === 0 && isFirst && !mayMatch(pattern, unread)) {
      found.diagnostics.push(matchesNothing(policy, pattern, pointer, contracts));
    }
    for (const contract of matches) {
      if (matched.has(contract)) continue;
      matched.add(contract);
      const there = contractAt(contract, deployment);
      if (!there.runtimes.includes(deployment.runtime)) {
        const wrong = runtimeNotListed(policy, deployment, there, pointer);
        // Each host of an inventory would say it again.
        if (!found.diagnostics.some((known) => isDeepStrictEqual(known, wrong)))
          found.diagnostics.push(wrong);
        continue;
      }
      found.deployed.push(place(deployment, there, !placed.has(contract)));
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

/** Whether a contract that could not be read for its mistakes may be what a pattern means. */
function mayMatch(pattern: string, { ids, nameless }: Unread): boolean {
  const expression = wholeId(pattern);
  return nameless || [...ids].some((id) => expression.test(id));
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
  { runtime }: Deployment,
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
