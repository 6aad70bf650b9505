import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import * as ansible from './ansible.js';
import { RUNTIMES, runtimeOf } from '../../runtimes/registry.js';
import type { Check, CheckInput } from '../../model/check.js';
import { maintenanceCollisions } from './collisions.js';
import { impatientBackups } from './locks.js';
import { uncoveredVolume } from './uncovered.js';
import { unusedRepository } from './unused-repository.js';
import { wholeVolumeExcluded } from './contents.js';
import * as coverage from './coverage.js';
import { impossibleQuiesce, streamedBesideQuiesce } from './quiesce.js';
import { impossibleDump, sharedDumpName } from './dumps.js';
import { fallbackVolume } from './fallback.js';
import { copiedAlive } from './live-copy.js';
import { nestedHostPath } from './host-paths.js';
import * as guards from './guards.js';
import * as identity from './identity.js';
import { tooOld } from './max-age.js';
import { sharedManagedVolume } from './managed-volumes.js';
import * as places from './places.js';
import { backedUpRepository, coveredRepository } from './repository-place.js';
import { unwatchedSourceAge } from './source-age.js';
import { unreachableAs, uselessRunAs } from './run-as.js';
import * as schedule from './schedule.js';

/** Every rule that looks at more than one file or at the plan as a whole; those that only one runtime has are its own. */
const CHECKS: readonly Check[] = [
  identity.duplicateServiceId,
  identity.sharedUnitName,
  identity.deployedTwice,
  nestedHostPath,
  sharedManagedVolume,
  coverage.notDeployed,
  coverage.unknownRepository,
  coverage.misnamedVolume,
  coverage.forgottenVolume,
  fallbackVolume,
  coverage.uselessExclude,
  wholeVolumeExcluded,
  coverage.snapshotHosts,
  guards.reservedHost,
  guards.sharedHistory,
  guards.unwatchedGuard,
  unwatchedSourceAge,
  places.unbindablePath,
  coveredRepository,
  backedUpRepository,
  unreachableAs,
  uselessRunAs,
  ansible.ansibleGroup,
  ansible.ansibleVariables,
  schedule.ambiguousDays,
  schedule.unusableSpread,
  schedule.clockChanges,
  maintenanceCollisions,
  impatientBackups,
  unusedRepository,
  uncoveredVolume,
  impossibleDump,
  impossibleQuiesce,
  streamedBesideQuiesce,
  sharedDumpName,
  copiedAlive,
  tooOld,
];

export function runChecks(input: CheckInput): Diagnostic[] {
  const own = RUNTIMES.flatMap((name) => runtimeOf(name).checks ?? []);
  return [...CHECKS, ...own].flatMap((check) => check(input));
}
