import type { StreamSource } from '../model/job.js';
import type { Placement, PlannedService } from '../model/plan.js';

/** What is dumped in one place into files beside the volumes. */
export function dumpSources(
  { dumps = [] }: Pick<PlannedService, 'dumps'>,
  { dumps: placed = [] }: Pick<Placement, 'dumps'>,
): StreamSource[] {
  const here = new Set(placed.map(({ name }) => name));
  return dumps
    .filter(({ name }) => here.has(name))
    .map(({ name, engine, replaces, snapshot_path }) => ({
      at: 'stream',
      volumes: replaces === null ? [] : [replaces],
      ...{ snapshot_path, exclude: [], allow_empty: false },
      producer: { engine, of: name },
      transfer: 'spool',
    }));
}
