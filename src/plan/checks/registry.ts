import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { Check, CheckInput } from './check.js';
import * as coverage from './coverage.js';
import { nestedHostPath } from './host-paths.js';
import * as identity from './identity.js';
import * as kubernetes from './kubernetes.js';
import * as places from './places.js';

/** Every rule that looks at more than one file or at the plan as a whole. */
const CHECKS: readonly Check[] = [
  identity.duplicateServiceId,
  identity.sharedUnitName,
  identity.sharedGuest,
  identity.deployedTwice,
  nestedHostPath,
  coverage.notDeployed,
  coverage.unknownRepository,
  coverage.misnamedVolume,
  coverage.forgottenVolume,
  coverage.fallbackVolume,
  coverage.uselessExclude,
  coverage.snapshotHosts,
  places.unbindablePath,
  places.unnamedClaim,
  places.unknownGuest,
  kubernetes.unusableOnKubernetes,
  kubernetes.unusableMaintenance,
  kubernetes.deployedTwiceOnKubernetes,
];

export function runChecks(input: CheckInput): Diagnostic[] {
  return CHECKS.flatMap((check) => check(input));
}
