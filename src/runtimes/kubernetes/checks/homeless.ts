import type { Contract } from '../../../model/contract.js';
import type { Diagnostic } from '../../../diagnostics/diagnostic.js';
import type { Check } from '../../../model/check.js';
import type { PlannedVolume } from '../../../model/plan.js';
import { serviceIndex } from '../../../lookup/job-index.js';
import { isHomeless, NOT_MOUNTED, otherClaim, USUAL_TARGET, usualClaim } from '../locate.js';

/**
 * Volumes that nothing in the cluster is known to hold: the rest of the service is backed up without them. An error where
 * the policy deploys the service there; without `deployments` nobody has said that it runs in a cluster.
 */
export const homelessVolume: Check = ({ deployed, plan }) =>
  deployed
    .filter(({ runtime }) => runtime === 'kubernetes')
    .flatMap(({ contract, deployment }) => {
      const places = serviceIndex(plan).get(contract.service_id)?.placements ?? [];
      const volumes = places.find(({ runtime }) => runtime === 'kubernetes')?.volumes ?? [];
      return volumes
        .filter((volume) => volume.obstacle !== undefined && isHomeless(volume))
        .map((volume) => homeless(contract, volume, deployment !== null));
    });

function homeless(contract: Contract, volume: PlannedVolume, isExplicit: boolean): Diagnostic {
  const { code, message, key, hint } =
    volume.obstacle === NOT_MOUNTED ? notMounted(contract, volume) : unnamed(contract, volume);
  const declared = contract.persistent_volumes.find(({ name }) => name === volume.volume);
  return {
    ...{ code, message },
    severity: isExplicit ? 'error' : 'warning',
    span: contract.document.span(key ?? [...(declared?.pointer ?? []), 'path']),
    hint: isExplicit ? hint : `${hint}; until then it is not backed up there`,
  };
}

type Problem = Pick<Diagnostic, 'code' | 'message'> & {
  readonly key?: readonly string[];
  readonly hint: string;
};

function notMounted({ service_volumes }: Contract, { volume, path }: PlannedVolume): Problem {
  const [first] = service_volumes;
  const why =
    first === undefined
      ? `without \`service_volumes\` the adapter mounts a claim at \`${USUAL_TARGET}\` and nothing else`
      : `of \`service_volumes\` the adapter mounts only the first, \`${first.name}\` at \`${first.target}\``;
  return {
    code: 'STW410',
    message: `\`${volume}\` (\`${path}\`) is not mounted on kubernetes: ${why}`,
    hint: `name the claim that holds it (\`backup.volumes.${volume}.claim\`), or waive it there: \`backup.volumes.${volume}.runtimes.kubernetes: { enabled: false, reason: … }\``,
  };
}

function unnamed(contract: Contract, { volume }: PlannedVolume): Problem {
  const [other, usual] = [otherClaim(contract) ?? '', usualClaim(contract)];
  return {
    code: 'STW405',
    message: `nothing says which claim holds \`${volume}\`: the contract names \`${other}\`, and the adapter makes \`${usual}\` whatever that says`,
    key: ['kubernetes', 'pvc', 'name'],
    hint: `set \`backup.volumes.${volume}.claim\` to the one that there is (\`kubectl get pvc\`)`,
  };
}
