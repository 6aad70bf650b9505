import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { groupBy } from '../../lookup/group.js';
import { contractsInPlace, type Check } from '../../model/check.js';
import { isWaived } from '../../model/volume.js';
import { unwatchedAge } from '../source-age.js';
import { refusedIn } from './refused.js';

/** An age of files that nobody looks at in some place: an error where nobody does in any. */
export const unwatchedSourceAge: Check = ({ policy, plan, deployed }) => {
  const contractOf = contractsInPlace({ deployed });
  return plan.services.flatMap(({ service_id, placements }) => {
    const asked = placements.flatMap((placement) => {
      const contract = contractOf(service_id, placement);
      if (contract === undefined) return [];
      return placement.volumes
        .filter((each) => !isWaived(each) && contract.backup.volumes.get(each.volume)?.max_source_age != null)
        .map((each) => ({
          placement,
          contract,
          name: each.volume,
          why: unwatchedAge(policy, placement, each),
        }));
    });
    return [...groupBy(asked, ({ name }) => name)].flatMap(([name, places]): Diagnostic[] => {
      const refused = places.flatMap(({ why, ...place }) => (why === null ? [] : [{ ...place, why }]));
      const found = refusedIn(refused, places.length);
      const [first] = refused;
      if (found === null || first === undefined) return [];
      const { severity, where, hint } = found;
      return [
        {
          ...{ code: 'STW431', severity, hint },
          message: `nothing would see to \`max_source_age\` of \`${name}\` ${where}`,
          span: first.contract.document.span(['backup', 'volumes', name, 'max_source_age'], 'key'),
        },
      ];
    });
  });
};
