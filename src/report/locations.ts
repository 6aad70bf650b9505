import { isWaived } from '../model/volume.js';
import { placementName } from '../targets/protection.js';
import type { ReportBase } from './input.js';

export interface LocationRow {
  /** Number of its placement. */
  readonly id: number;
  readonly service: string;
  readonly volume: string;
  readonly place: string;
  readonly location: string;
  /** Name of the volume, claim or guest; empty for paths. */
  readonly name: string;
  readonly snapshot_path: string;
  readonly snapshot_host: string;
  readonly repository: string;
  readonly backed_up: boolean;
  readonly waived: boolean;
}

/** Where each persistent volume lives, and under which path and host its snapshots carry it. */
export function locations({ placements }: ReportBase): LocationRow[] {
  return placements.flatMap(({ id, service, placement, repository }) =>
    placement.volumes.map((volume) => ({
      id,
      service: service.service_id,
      volume: volume.volume,
      place: placementName(placement),
      location: volume.location,
      name:
        volume.name === null
          ? ''
          : `${volume.namespace === null ? '' : `${volume.namespace}/`}${volume.name}`,
      snapshot_path: volume.snapshot_path,
      snapshot_host: placement.snapshot_host,
      repository: repository.name,
      backed_up: volume.backed_up,
      waived: isWaived(volume),
    })),
  );
}
