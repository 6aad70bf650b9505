import { systemd } from '../backends/systemd.js';
import type { Part } from '../jobs/part.js';
import { streamDump } from '../jobs/stream-dump/kind.js';
import type { HostPlace, StreamSource } from '../model/job.js';
import { streamTag } from '../model/service-tag.js';
import type { PlannedDump } from '../model/dump.js';
import type { Placement, PlannedService } from '../model/plan.js';

/** What is dumped in one place into files beside the volumes. */
export function dumpSources(
  service: Pick<PlannedService, 'dumps'>,
  placement: Pick<Placement, 'dumps'>,
): StreamSource[] {
  return dumpedHere(service, placement)
    .filter(({ transfer }) => transfer === undefined)
    .map((dump) => source(dump, 'spool'));
}

/** A backup by systemd of each dump that goes into a snapshot of its own. */
export function streamParts(service: PlannedService, placement: Placement, place: HostPlace): Part[] {
  return dumpedHere(service, placement)
    .filter(({ transfer }) => transfer === 'stream')
    .map((dump) => ({
      kind: streamDump.name,
      name: dump.name,
      ...{ place, backend: systemd },
      store: { in: 'repository', name: service.repository },
      sources: [source(dump, 'pipe')],
      snapshot: {
        host: placement.snapshot_host,
        tags: [...service.tags, streamTag(dump.name)],
        forgotten_by: 'forget-job',
      },
      retention: service.retention,
      facts: {},
    }));
}

function dumpedHere(
  { dumps = [] }: Pick<PlannedService, 'dumps'>,
  { dumps: placed = [] }: Pick<Placement, 'dumps'>,
): PlannedDump[] {
  const here = new Set(placed.map(({ name }) => name));
  return dumps.filter(({ name }) => here.has(name));
}

function source(
  { name, engine, replaces, snapshot_path }: PlannedDump,
  transfer: StreamSource['transfer'],
): StreamSource {
  return {
    at: 'stream',
    volumes: replaces === null ? [] : [replaces],
    ...{ snapshot_path, exclude: [], allow_empty: false },
    producer: { engine, of: name },
    transfer,
  };
}
