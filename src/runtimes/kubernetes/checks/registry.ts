import type { Check } from '../../../model/check.js';
import * as claims from './claims.js';
import { homelessVolume } from './homeless.js';
import * as nodes from './nodes.js';
import * as operators from './operators.js';
import { unreachableFromPods } from './repositories.js';
import * as services from './services.js';

/** Every rule that only clusters have. */
export const CHECKS: readonly Check[] = [
  homelessVolume,
  services.unusableOnKubernetes,
  services.unusableMaintenance,
  operators.unheardDefaults,
  operators.unknownTimezones,
  operators.uncheckedRepositories,
  services.untypedCommands,
  nodes.unusedNodes,
  nodes.unknownTaints,
  claims.claimsOfUnknownPods,
  claims.claimsOfSeveralPods,
  services.deployedTwiceOnKubernetes,
  claims.sharedClaim,
  services.impossibleMemory,
  unreachableFromPods,
];
