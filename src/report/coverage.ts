import type { RuntimeName } from '../model/contract.js';
import { RUNTIMES } from '../runtimes/registry.js';
import { groupBy } from '../lookup/group.js';
import type { BackupPlan, PlannedVolume, ServicePlan } from '../model/plan.js';
import { protection } from '../targets/protection.js';
import type { PlacedService, ReportBase } from './input.js';

/**
 * What happens to a volume in one placement. `dumped`: its files are left out for a dump. `live_copy`: it is backed up while
 * its database writes. `unlisted`: it is mounted, but its contract does not call it persistent.
 */
type CoverageState = 'backed_up' | 'dumped' | 'live_copy' | 'waived' | 'not_rendered' | 'unlisted';

interface CoverageEntry {
  readonly state: CoverageState;
  readonly symbol: string;
  /** The state in words. */
  readonly word: string;
  /** Host or namespace. */
  readonly where: string;
  /** Why it is not backed up, or is while its database writes; empty where nobody says why. */
  readonly reason: string;
}

interface CoverageRow {
  readonly volume: string;
  /** One for each runtime of the matrix. */
  readonly cells: readonly { readonly runtime: RuntimeName; readonly entries: readonly CoverageEntry[] }[];
}

interface CoverageService {
  readonly service: string;
  readonly name: string;
  /** Numbers of its placements, with a space between. */
  readonly places: string;
  readonly count: number;
  /** The first row stands beside the service's name. */
  readonly first: CoverageRow;
  readonly rest: readonly CoverageRow[];
}

export interface Coverage {
  readonly runtimes: readonly RuntimeName[];
  readonly services: readonly CoverageService[];
  /** Services that are deployed nowhere. */
  readonly nowhere: readonly string[];
  readonly counts: Readonly<Record<CoverageState, number>>;
}

const WORDS: Readonly<Record<CoverageState, readonly [symbol: string, word: string]>> = {
  backed_up: ['✓', 'backed up'],
  dumped: ['✓', 'dumped'],
  live_copy: ['✓', 'live copy'],
  waived: ['–', 'waived'],
  not_rendered: ['✗', 'NOT BACKED UP: no job'],
  unlisted: ['✗', 'NOT BACKED UP: not listed as persistent'],
};

/** Service × volume × runtime: what is backed up, what is waived and why, and what nobody protects. */
export function coverage({ plan, placements }: ReportBase): Coverage {
  const used = new Set(placements.map(({ placement }) => placement.runtime));
  const runtimes = RUNTIMES.filter((runtime) => used.has(runtime));
  const ofService = groupBy(placements, ({ service }) => service);
  const counts = { backed_up: 0, dumped: 0, live_copy: 0, waived: 0, not_rendered: 0, unlisted: 0 };
  const services = plan.services.flatMap((service): CoverageService[] => {
    const here = ofService.get(service) ?? [];
    const [first, ...rest] = rowsOf(plan, service, here, runtimes);
    for (const { cells } of [...(first === undefined ? [] : [first]), ...rest]) {
      for (const { state } of cells.flatMap(({ entries }) => entries)) counts[state] += 1;
    }
    if (here.length === 0 || first === undefined) return [];
    const ids = here.map(({ id }) => id).join(' ');
    const { service_id, service_name } = service;
    return [{ service: service_id, name: service_name, places: ids, count: rest.length + 1, first, rest }];
  });
  const nowhere = plan.services
    .filter((service) => !ofService.has(service))
    .map(({ service_id }) => service_id);
  counts.not_rendered += plan.services.flatMap(({ undeployed_volumes = [] }) => undeployed_volumes).length;
  return { runtimes, services, nowhere, counts };
}

function rowsOf(
  plan: BackupPlan,
  service: ServicePlan,
  here: readonly PlacedService[],
  runtimes: readonly RuntimeName[],
): CoverageRow[] {
  const listed = new Set(here.flatMap(({ placement }) => placement.volumes.map(({ volume }) => volume)));
  const row = (volume: string, entryOf: (placed: PlacedService) => CoverageEntry[]): CoverageRow => ({
    volume,
    cells: runtimes.map((runtime) => ({
      runtime,
      entries: here.filter(({ placement }) => placement.runtime === runtime).flatMap(entryOf),
    })),
  });
  return [
    ...[...listed].map((name) =>
      row(name, (placed) =>
        placed.placement.volumes
          .filter(({ volume }) => volume === name)
          .map((volume) =>
            entry(
              placed,
              stateOf(plan, placed, volume),
              volume.backed_up ? (volume.live_copy?.accepted ?? null) : volume.reason,
            ),
          ),
      ),
    ),
    ...service.unprotected_volumes.map((name) => row(name, (placed) => [entry(placed, 'unlisted', null)])),
  ];
}

function stateOf(
  plan: BackupPlan,
  { service, placement }: PlacedService,
  volume: PlannedVolume,
): CoverageState {
  const found = protection(plan, service, placement, volume);
  if (found !== 'backed up') return found === 'waived' ? 'waived' : 'not_rendered';
  if (volume.dumped_by !== undefined) return 'dumped';
  return volume.live_copy === undefined ? 'backed_up' : 'live_copy';
}

function entry(placed: PlacedService, state: CoverageState, reason: string | null): CoverageEntry {
  const [symbol, word] = WORDS[state];
  return { state, symbol, word, where: whereOf(placed), reason: reason ?? '' };
}

/** Host, or namespace on a cluster; `any host` where the policy names none. */
export function whereOf({ placement }: Pick<PlacedService, 'placement'>): string {
  return placement.host ?? placement.namespace ?? 'any host';
}
