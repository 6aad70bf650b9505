import type { BackupSettings, Contract } from './contract.js';
import type { Policy } from './policy.js';

/** The policy's defaults with the contract's own `backup:` keys over them. */
export function effectiveSettings(policy: Policy, contract: Contract): BackupSettings {
  return { ...policy.defaults, ...contract.backup.settings };
}
