import stringWidth from 'string-width';
import type { RuntimeName } from '../model/contract.js';
import { printable } from '../diagnostics/printable.js';
import { compareText } from '../text/compare.js';
import type { BackupPlan, LocationKind, ServicePlan } from '../model/plan.js';
import { NOT_DEPLOYED } from '../targets/protection.js';
import { formatTable, type Column } from './table.js';

/** One row of `stowage paths --format json`: part of the interface, so the keys and their order stay. */
export interface PathRow {
  readonly service: string;
  readonly volume: string;
  /** Null, as are kind and location, where the service is deployed nowhere. */
  readonly runtime: RuntimeName | null;
  readonly host: string | null;
  readonly kind: LocationKind | null;
  readonly location: string | null;
  readonly name: string | null;
  readonly namespace: string | null;
  readonly snapshot_path: string;
  readonly backed_up: boolean;
  readonly reason: string | null;
  /** The database that writes while its files are copied; null where none does. */
  readonly live_copy: string | null;
}

/** Where each persistent volume lives, sorted by service, volume, runtime and host. */
export function pathRows(plan: BackupPlan): PathRow[] {
  const rows = plan.services.flatMap((service) =>
    service.placements.flatMap(({ runtime, host, volumes }) =>
      volumes.map(
        ({
          volume,
          kind,
          location,
          name,
          namespace,
          snapshot_path,
          backed_up,
          reason,
          live_copy,
        }): PathRow => ({
          service: service.service_id,
          volume,
          runtime,
          host,
          kind,
          location,
          name,
          namespace,
          snapshot_path,
          backed_up,
          reason,
          live_copy: live_copy?.database ?? null,
        }),
      ),
    ),
  );
  return [...rows, ...plan.services.flatMap(undeployedRows)].sort(
    (a, b) =>
      compareText(a.service, b.service) ||
      compareText(a.volume, b.volume) ||
      compareText(a.runtime ?? '', b.runtime ?? '') ||
      compareText(a.host ?? '', b.host ?? ''),
  );
}

/** Volumes of a service that is nowhere: no tool that reads the rows may take them for none. */
function undeployedRows({ service_id: service, undeployed_volumes = [] }: ServicePlan): PathRow[] {
  const nowhere = { runtime: null, host: null, kind: null, location: null, name: null, namespace: null };
  return undeployed_volumes.map((volume) => ({
    ...{ service, volume, ...nowhere },
    snapshot_path: `/backup/${service}/${volume}`,
    backed_up: false,
    reason: NOT_DEPLOYED,
    live_copy: null,
  }));
}

interface PathColumn extends Column {
  readonly cell: (row: PathRow) => string;
  /** Left out of a table that is wider than the terminal: the location mostly says it too. */
  readonly spare?: boolean;
}

const COLUMNS: readonly PathColumn[] = [
  { title: 'SERVICE', shrinks: true, cell: (row) => row.service },
  { title: 'VOLUME', shrinks: true, cell: (row) => row.volume },
  { title: 'RUNTIME', cell: (row) => row.runtime ?? '-' },
  { title: 'HOST', shrinks: true, cell: (row) => row.host ?? '-' },
  { title: 'KIND', spare: true, cell: (row) => row.kind ?? '-' },
  {
    title: 'NAME',
    spare: true,
    cell: ({ name, namespace }) => (namespace === null ? (name ?? '-') : `${namespace}/${name ?? '-'}`),
  },
  { title: 'BACKUP', cell: backupCell },
  { title: 'LOCATION', cell: (row) => row.location ?? '-' },
];

function backupCell({ backed_up: isBackedUp, live_copy: database, runtime }: PathRow): string {
  if (isBackedUp) return database === null ? 'yes' : 'live copy';
  return runtime === null ? 'NO' : 'no';
}

function tableOf(columns: readonly PathColumn[], rows: readonly PathRow[], width: number | null): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  return formatTable(columns, cells, width);
}

/** The rows as a table. `width` is the terminal's; null, for a pipe or file, leaves nothing out and cuts nothing. */
export function pathTable(rows: readonly PathRow[], width: number | null): string {
  const whole = tableOf(COLUMNS, rows, null);
  if (width === null || whole.split('\n').every((line) => stringWidth(line) <= width)) return whole;
  return tableOf(
    COLUMNS.filter((column) => column.spare !== true),
    rows,
    width,
  );
}

/** `wiki/cache is not backed up: reason`, once for each volume that is not. */
export function waivers(rows: readonly PathRow[]): string[] {
  const lines = rows
    .filter((row) => !row.backed_up)
    .map((row) => `${row.service}/${row.volume} is not backed up: ${row.reason ?? 'no reason given'}`);
  return [...new Set(lines.map(printable))];
}
