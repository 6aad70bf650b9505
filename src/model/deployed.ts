import type { Contract, RuntimeName } from './contract.js';
import type { Deployment } from './policy.js';

/** One service in one place, as the policy's `deployments` say. */
export interface Deployed {
  readonly contract: Contract;
  readonly runtime: RuntimeName;
  readonly host: string | null;
  readonly snapshot_host: string;
  /** The policy entry that put it there; null without a `deployments` key. */
  readonly deployment: Deployment | null;
}
