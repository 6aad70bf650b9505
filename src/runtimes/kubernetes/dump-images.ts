import type { Part } from '../../jobs/part.js';
import type { Source } from '../../model/job.js';
import type { Placement } from '../../model/plan.js';

/** Images of containers that dump databases: they see the databases' passwords. */
export function dumpImages({ dumps = [] }: Placement, sources: readonly Source[]): Part['facts'] {
  if (!sources.some(({ at }) => at === 'stream')) return {};
  const images = new Set(dumps.flatMap(({ container }) => container?.image ?? []));
  return { dump_images: [...images].sort().join(' ') };
}
