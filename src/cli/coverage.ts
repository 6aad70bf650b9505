import type { RuntimeName } from '../model/contract.js';
import { RUNTIMES } from '../runtimes/registry.js';
import { count } from '../diagnostics/format-text.js';
import type { BackupPlan, Placement, PlannedVolume, ServicePlan } from '../model/plan.js';
import { liveCopies, contentText, NOT_DEPLOYED, protection, type Protection } from '../targets/protection.js';
import { formatTable } from './table.js';

/** One volume of one service in one placement, and whether anything backs it up there. */
interface Covered {
  readonly service: ServicePlan;
  readonly placement: Placement;
  readonly volume: PlannedVolume;
  readonly state: Protection;
}

/** A longer table than this says less than the index in the tree. */
const LONGEST_TABLE = 60;

/** Every planned volume. */
function coveredVolumes(plan: BackupPlan): Covered[] {
  return plan.services.flatMap((service) =>
    service.placements.flatMap((placement) =>
      placement.volumes.map((volume) => {
        return { service, placement, volume, state: protection(plan, service, placement, volume) };
      }),
    ),
  );
}

/** `docker@web1`, `kubernetes/prod`, `baremetal`: one placement in one word. */
function placementName({ runtime, host, namespace }: Placement): string {
  if (namespace !== null) return `${runtime}/${namespace}`;
  return host === null ? runtime : `${runtime}@${host}`;
}

function stateText({ state, volume }: Covered): string {
  switch (state) {
    case 'backed up':
      return `yes${contentText(volume)}`;
    case 'waived':
      return `no: ${volume.reason ?? 'waived'}`;
    case 'not backed up':
      return `NO: ${volume.reason ?? 'not backed up'}`;
  }
}

function tableRows(covered: readonly Covered[]): string[][] {
  const rows = new Map<string, { cells: [string, string]; places: string[]; state: string }>();
  for (const item of covered) {
    const cells: [string, string] = [item.service.service_id, item.volume.volume];
    const state = stateText(item);
    const key = JSON.stringify([cells, state]);
    const row = rows.get(key) ?? { cells, places: [], state };
    row.places.push(placementName(item.placement));
    rows.set(key, row);
  }
  return [...rows.values()].map(({ cells, places, state }) => [...cells, places.join(', '), state]);
}

/** A row for each volume of the services that are nowhere. */
function undeployedRows({ services }: BackupPlan): string[][] {
  return services.flatMap(({ service_id, undeployed_volumes = [] }) =>
    undeployed_volumes.map((volume) => [service_id, volume, '-', `NO: ${NOT_DEPLOYED}`]),
  );
}

/** Service × volume × where, one line each; empty when there is nothing, or too much to read. */
export function coverageTable(plan: BackupPlan, width: number | null): string {
  const rows = [...tableRows(coveredVolumes(plan)), ...undeployedRows(plan)];
  if (rows.length === 0 || rows.length > LONGEST_TABLE) return '';
  const columns = [
    { title: 'SERVICE', shrinks: true },
    { title: 'VOLUME', shrinks: true },
    { title: 'WHERE', shrinks: true },
    { title: 'BACKED UP', shrinks: true },
  ];
  return formatTable(columns, rows, width);
}

function runtimeLine(runtime: RuntimeName, covered: readonly Covered[]): string {
  const here = covered.filter((item) => item.placement.runtime === runtime);
  const services = new Set(here.map((item) => item.service.service_id)).size;
  const volumes = (state: Covered['state']): number => here.filter((item) => item.state === state).length;
  const saved = here.filter(({ state }) => state === 'backed up').map(({ volume }) => volume);
  const parts = [`${count(saved.length, 'volume')} protected${liveCopies(saved)}`];
  if (volumes('waived') > 0) parts.push(`${count(volumes('waived'), 'volume')} waived`);
  const missing = volumes('not backed up');
  if (missing > 0) parts.push(`${count(missing, 'volume')} NOT BACKED UP`);
  return `${runtime.padEnd(10)}  ${count(services, 'service')}: ${parts.join(', ')}`;
}

/** One line for each runtime in use: services, and volumes protected, waived, not backed up. */
export function coverageSummary(plan: BackupPlan): string {
  const covered = coveredVolumes(plan);
  const used = RUNTIMES.filter((runtime) => covered.some((item) => item.placement.runtime === runtime));
  const lines = used.map((runtime) => runtimeLine(runtime, covered));
  const nowhere = plan.services.flatMap(({ undeployed_volumes = [] }) =>
    undeployed_volumes.length > 0 ? [undeployed_volumes.length] : [],
  );
  const volumes = nowhere.reduce((sum, number) => sum + number, 0);
  const rest = `${'nowhere'.padEnd(10)}  ${count(nowhere.length, 'service')}: ${count(volumes, 'volume')} NOT BACKED UP`;
  return [...lines, ...(nowhere.length > 0 ? [rest] : [])].map((line) => `${line}\n`).join('');
}
