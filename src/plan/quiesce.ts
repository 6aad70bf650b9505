import type { Contract } from '../model/contract.js';
import type { Dump } from '../model/dump.js';
import type { Placement } from '../model/plan.js';
import type { PlacedQuiesce, PlannedHooks, PlannedQuiesce, Quiesce } from '../model/quiesce.js';
import { runtimeOf } from '../runtimes/registry.js';
import type { CannotReach, ServiceFacts } from '../runtimes/runtime.js';

/** What of a service surrounds its backups, wherever they are made. */
export function planSurroundings({ backup }: Contract): { quiesce?: PlannedQuiesce; hooks?: PlannedHooks } {
  return {
    ...(backup.quiesce === null ? {} : { quiesce: withoutPointer(backup.quiesce) }),
    ...(backup.hooks === null ? {} : { hooks: withoutPointer(backup.hooks) }),
  };
}

function withoutPointer<Value extends { readonly pointer: unknown }>({ pointer: _, ...rest }: Value) {
  return rest;
}

/** What stands still in one place while files are read, or why nothing can. */
export function placeQuiesce(
  asked: Quiesce,
  service: ServiceFacts,
  placement: Placement,
): PlacedQuiesce | CannotReach {
  const { runs_on: runsOn, quiesce } = runtimeOf(placement.runtime);
  if (runsOn === 'cluster') return NOT_IN_CLUSTERS;
  // Commands are the host's own, whatever runs there.
  if (asked.mode === 'commands') return { engine: 'none', words: [] };
  return quiesce?.(service, placement, asked) ?? NOT_THERE;
}

/** Why commands of a host do not run in a cluster. */
export const NOT_IN_CLUSTERS: CannotReach = {
  cannot: 'jobs of a cluster may not touch what else runs there',
  hint: 'take it out, or deploy the service on a host; a database can be dumped instead (`dumps`)',
};

const NOT_THERE: CannotReach = {
  cannot: 'no job there can make its services stand still',
  hint: 'take it out, or use `quiesce: { mode: commands, before: […], after: […] }`',
};

/** The placement with what stands still there. */
export function withQuiesce(contract: Contract, service: ServiceFacts, placement: Placement): Placement {
  const { quiesce } = contract.backup;
  if (quiesce === null) return placement;
  const placed = placeQuiesce(quiesce, service, placement);
  return 'cannot' in placed ? placement : { ...placement, quiesce: placed };
}

/**
 * Whether a dump is made while the rest stands still, so that it fits the files: where its container is known to run on, because
 * others are named, or where only the file of a database is read that nobody holds any more.
 */
export function isQuiet(dump: Dump, onHost: boolean, { quiesce }: Contract['backup']): boolean {
  if (quiesce === null || dump.transfer === 'stream') return false;
  if (quiesce.mode === 'commands') return true;
  // What was frozen may hold a lock on it.
  if (onHost) return quiesce.mode === 'stop';
  // One container has several names, and what stands still cannot be asked.
  return quiesce.services.length > 0 && dump.container !== null && !quiesce.services.includes(dump.container);
}
