import type { Contract, RuntimeName } from './contract.js';
import { valuesKey, type Deployment } from './policy.js';

/** One service in one place, as the policy's `deployments` say. */
export interface Deployed {
  /** As it is there. */
  readonly contract: Contract;
  readonly runtime: RuntimeName;
  readonly host: string | null;
  readonly snapshot_host: string;
  /** The policy entry that put it there; null without a `deployments` key. */
  readonly deployment: Deployment | null;
}

/** A contract as it is where a deployment puts it. */
export function contractAt(contract: Contract, deployment: Deployment | null): Contract {
  return (deployment === null ? undefined : contract.variants.get(valuesKey(deployment))) ?? contract;
}
