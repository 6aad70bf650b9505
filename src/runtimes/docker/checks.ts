import type { PersistentVolume } from '../../model/contract.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { declaredVolumes } from '../../locate/location.js';
import { pairVolume } from '../../locate/pairing.js';
import type { Policy } from '../../model/policy.js';
import type { Pointer } from '../../source/document.js';
import type { Check } from '../../model/check.js';
import type { Deployed } from '../../model/deployed.js';
import { wishFor } from '../../model/volume.js';
import { VOLUME_KEY } from './volume-key.js';
import { composeProject, statedProject } from './project.js';

/** Compose specification, "Name top-level element". */
const PROJECT_NAME = /^[a-z0-9][a-z0-9_-]{0,127}$/;

/**
 * A volume that carries the name of another project than the commands of the runbook: those would stop nothing. Where
 * nobody says which project it is, any prefix is a sign; where somebody does, only one before the volume's own name.
 */
const otherProject: Check = ({ policy, deployed }) =>
  deployed
    .filter(({ runtime }) => runtime === 'docker')
    .flatMap((entry) =>
      entry.contract.persistent_volumes.flatMap((volume) => volumeOfOther(policy, entry, volume) ?? []),
    );

function volumeOfOther(policy: Policy, entry: Deployed, volume: PersistentVolume): Diagnostic | null {
  const { contract, deployment } = entry;
  const given = givenName(entry, volume);
  if (given === null) return null;
  const project = composeProject(policy, contract, deployment);
  const isStated = statedProject(policy, contract, deployment) !== null;
  const other = given.ownPrefix ?? (isStated ? null : beforeFirst(given.name, '_'));
  if (other === null || given.name.startsWith(`${project}_`) || !PROJECT_NAME.test(other)) {
    return null;
  }
  return {
    code: 'STW335',
    severity: 'warning',
    message:
      `\`${given.name}\` looks like a volume of the Compose project \`${other}\`, ` +
      `but the runbook stops and starts the project \`${project}\``,
    span: contract.document.span(given.pointer),
    hint: isStated
      ? 'make the two agree; a volume that another project makes is `external: true`'
      : `write \`compose_project: ${other}\` where the project has that name, else \`compose_project: ${project}\`; ` +
        "in the contract's `backup`, in its deployment or in `defaults`",
  };
}

interface GivenName {
  readonly name: string;
  /** What stands before the name that the volume has in its project; null where that is not how it ends. */
  readonly ownPrefix: string | null;
  readonly pointer: Pointer;
}

/** The name that a contract gives a volume in full; null where Compose puts the project in front. */
function givenName({ contract }: Deployed, volume: PersistentVolume): GivenName | null {
  const settings = contract.backup.volumes.get(volume.name);
  if (!wishFor(contract, volume.name, 'docker').enabled) return null;
  const { partner } = pairVolume(volume, declaredVolumes(contract));
  const own = partner?.source ?? partner?.name ?? volume.name;
  const explicit = settings?.holders[VOLUME_KEY.key];
  if (settings !== undefined && explicit !== undefined) {
    const name = explicit;
    const ending = `_${own}`;
    const isOwn = partner?.external !== true && name.endsWith(ending);
    const ownPrefix = isOwn ? name.slice(0, -ending.length) : null;
    return { name, ownPrefix, pointer: [...settings.pointer, VOLUME_KEY.key] };
  }
  if (partner?.external !== true || partner.host_path !== null) return null;
  return { name: own, ownPrefix: null, pointer: partner.pointer };
}

function beforeFirst(text: string, mark: string): string | null {
  const index = text.indexOf(mark);
  return index < 0 ? null : text.slice(0, index);
}

export const CHECKS: readonly Check[] = [otherProject];
