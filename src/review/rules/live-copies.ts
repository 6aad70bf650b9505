import { titleOf } from '../../live-data/registry.js';
import type { LiveCopy } from '../../model/plan.js';
import { placementName } from '../../targets/protection.js';
import { quote, type Finding } from '../finding.js';
import type { Rule } from '../review.js';
import { volumesOf } from './contents.js';
import { subject } from './coverage.js';

/** Databases whose files are copied while they write from now on, and those that no longer are. */
export const liveCopies: Rule = (input) =>
  volumesOf(input).flatMap(({ service, placement, volume, before }): Finding[] => {
    const [old, now] = [before?.volume.live_copy, volume.live_copy];
    const about = subject(service, placement, volume.volume);
    const name = `volume ${quote(volume.volume)} of ${quote(service.service_id)} on ${placementName(placement)}`;
    const span = input.spans.volumeSetting(service, volume.volume, 'live_copy');
    if (now === undefined) {
      if (old === undefined) return [];
      const message = `the files of ${name} are no longer copied while ${titleOf(old.database)} writes them`;
      return [
        {
          ...about,
          code: 'STW851',
          severity: 'info',
          before: shown(old),
          after: null,
          message,
          hint: '',
          span,
        },
      ];
    }
    const isAccepted = now.accepted !== null && now.accepted !== old?.accepted;
    if (old?.database === now.database && !isAccepted) return [];
    // That its dump goes is said already.
    if (before?.volume.dumped_by !== undefined) return [];
    return [
      {
        ...about,
        ...{ code: 'STW850', severity: 'warning', before: shown(old), after: shown(now) },
        message: isAccepted
          ? `it is accepted that the files of ${name} are copied while ${titleOf(now.database)} writes them`
          : `the files of ${name} are copied while ${titleOf(now.database)} writes them`,
        hint: 'a restore may be corrupt: have the database dumped, or make sure that the reason holds',
        span,
      },
    ];
  });

function shown(copy: LiveCopy | undefined): string | null {
  if (copy === undefined) return null;
  return copy.accepted === null ? 'live copy' : `live copy: ${copy.accepted}`;
}
