import { isWaived } from '../model/volume.js';
import { retentionText } from '../retention/text.js';
import { showDuration } from '../schedule/show.js';
import { placementName } from '../targets/protection.js';
import type { ReportBase } from './input.js';

export interface LossRow {
  readonly id: number;
  readonly service: string;
  readonly place: string;
  /** Minutes; null when nothing of it is backed up, so that everything may be lost. */
  readonly minutes: number | null;
  /** The same for people. */
  readonly loss: string;
  readonly cron: string;
  readonly timezone: string;
  readonly kept: string;
  readonly repository: string;
}

/** Worst first: how much each service may lose, by the longest time between two of its runs in thirteen months. */
export function losses({ placements, simulated }: ReportBase): LossRow[] {
  const rows = placements.flatMap((placed): LossRow[] => {
    const { id, service, placement, repository, jobs } = placed;
    if (placement.volumes.every(isWaived)) return [];
    const gaps = jobs.map((job) => ({ job, gap: simulated.of(job.schedule, job.clock).longestGap }));
    const [worst] = gaps.sort((a, b) => b.gap - a.gap);
    const minutes = worst?.gap ?? null;
    return [
      {
        id,
        service: service.service_id,
        place: placementName(placement),
        minutes,
        loss: minutes === null ? 'everything' : showDuration(minutes),
        cron: worst?.job.schedule.cron ?? '',
        timezone: worst?.job.schedule.timezone ?? '',
        kept: retentionText(service.retention),
        repository: repository.name,
      },
    ];
  });
  const weight = ({ minutes }: LossRow): number => minutes ?? Number.POSITIVE_INFINITY;
  return rows.sort((a, b) => (weight(a) === weight(b) ? a.id - b.id : weight(b) - weight(a)));
}
