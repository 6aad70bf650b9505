import { groupBy } from '../../lookup/group.js';
import { contractsInPlace, type Check } from '../../model/check.js';
import type { PersistentVolume } from '../../model/contract.js';
import { handledBy, liveData, type LiveVolume } from '../live-copy.js';
import { placeOf } from './refused.js';

/** A database whose files are read while it writes them, and nobody says why that is fine. */
export const copiedAlive: Check = ({ plan, deployed }) => {
  const contractOf = contractsInPlace({ deployed });
  return plan.services.flatMap(({ service_id, placements }) => {
    const all = placements.flatMap((placement) =>
      placement.volumes.map(({ volume: name, live_copy: copy }) => ({ placement, name, copy })),
    );
    return [...groupBy(all, ({ name }) => name)].flatMap(([name, places]) => {
      const alive = places.filter(({ copy }) => copy?.accepted === null);
      const contract = alive[0] === undefined ? undefined : contractOf(service_id, alive[0].placement);
      const volume = contract?.persistent_volumes.find((candidate) => candidate.name === name);
      const found = contract === undefined || volume === undefined ? null : liveData(contract, volume);
      if (contract === undefined || volume === undefined || found === null) return [];
      // A dump that cannot be made there is reported itself.
      if (handledBy(volume, found, contract.backup) !== null) return [];
      const where =
        alive.length < places.length
          ? ` (${alive.map(({ placement }) => placeOf(placement)).join(', ')})`
          : '';
      return [
        {
          code: 'STW420' as const,
          severity: 'warning' as const,
          message: `\`${name}\` holds ${databaseOf(found)} whose files are copied while it writes${where}: a restore may be corrupt`,
          span: contract.document.span(volume.pointer),
          hint: `${mendedBy(volume, found)}; or accept it: \`backup.volumes.${name}.live_copy: REASON\``,
        },
      ];
    });
  });
};

function databaseOf({ database: { title }, application }: LiveVolume): string {
  const whose = application === null ? '' : ` (of ${application})`;
  return `${/^[AEIO]/i.test(title) ? 'an' : 'a'} ${title} database${whose}`;
}

/** The keys that mend it, ready to paste. */
function mendedBy({ name, path }: PersistentVolume, { database, container, file }: LiveVolume): string {
  const { engine, own_way: ownWay } = database;
  if (engine === null) {
    return `let it write a copy of its own: ${ownWay ?? ''} (\`backup.dumps.NAME: { engine: command, … }\`)`;
  }
  // Whatever lies beside a file of SQLite is backed up all the same, so that its dump replaces nothing.
  const rest = engine === 'sqlite' ? `path: ${file ?? `${path}/FILE`}` : `replaces: ${name}`;
  const keys = [`engine: ${engine}`, ...(container === null ? [] : [`container: ${container}`]), rest];
  return `have it dumped: \`backup.dumps.NAME: { ${keys.join(', ')} }\``;
}
