import { holdingOf, runtimeOf } from '../../runtimes/registry.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { groupBy } from '../../lookup/group.js';
import { onHost, place, type Check } from '../../model/check.js';
import { locatedVolumes, type LocatedVolume } from './places.js';

/**
 * Two services that back up one volume of Docker or Podman. Restoring one would take back the other's files too. Only a
 * warning, because the real names may differ from those that the engines give; and only on a named host, because nobody
 * has said that services without one share a machine.
 */
export const sharedManagedVolume: Check = (input) => {
  const managed = locatedVolumes(input).filter(
    ({ placement, volume }) => placement.host !== null && holdingOf(volume.kind) === 'volume',
  );
  const byVolume = groupBy(managed, ({ placement, volume }) =>
    [placement.host, placement.scope, volume.kind, volume.name].join(' '),
  );
  return [...byVolume.values()].flatMap((sharing) =>
    sharing.flatMap((mine, index): Diagnostic[] => {
      const other = sharing
        .slice(0, index)
        .find(({ contract }) => contract.service_id !== mine.contract.service_id);
      return other === undefined ? [] : [shared(mine, other)];
    }),
  );
};

function shared({ contract, placement, volume, pointer }: LocatedVolume, other: LocatedVolume): Diagnostic {
  const { volume_key } = runtimeOf(placement.runtime);
  return {
    code: 'STW312',
    severity: 'warning',
    message:
      `\`${contract.service_id}\` and \`${other.contract.service_id}\` both back up the volume ` +
      `\`${volume.name ?? ''}\`${onHost(placement.host)}`,
    span: contract.document.span(pointer),
    hint:
      `the other one is at ${place(other.contract.document.span(other.pointer))}; if these are two volumes, name the real ` +
      `one as \`backup.volumes.${volume.volume}.${volume_key?.key ?? ''}\`, or else waive it in one of them`,
  };
}
