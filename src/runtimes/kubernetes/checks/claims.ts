import { settingsOf } from '../settings.js';
import type { Contract } from '../../../model/contract.js';
import type { Diagnostic } from '../../../diagnostics/diagnostic.js';
import { declaredIn, isAtOrBelow } from '../../../locate/pairing.js';
import { copied } from '../../../model/volume.js';
import { contractsInPlace, place, type Check, type CheckInput } from '../../../model/check.js';
import { groupBy } from '../../../lookup/group.js';
import type { PlannedVolume } from '../../../model/plan.js';
import type { Pointer } from '../../../source/document.js';
import { locator } from '../locate.js';
import { methodOf } from '../methods/registry.js';
import { VOLUME_KEY } from '../volume-key.js';
import { podsOf } from '../workload.js';

/** A claim that is backed up, with where its contract declares it. */
interface Claim {
  readonly contract: Contract;
  readonly volume: PlannedVolume;
  readonly pointer: Pointer;
}

function claimsOf({ deployed, plan }: CheckInput): Claim[] {
  const contractOf = contractsInPlace({ deployed });
  return plan.services.flatMap(({ service_id, placements }) =>
    placements.flatMap((placement) => {
      const contract = contractOf(service_id, placement);
      if (contract === undefined) return [];
      return copied(placement.volumes)
        .filter(({ kind }) => kind === 'claim')
        .map((volume) => ({
          ...{ contract, volume },
          pointer: declaredIn(contract, volume.volume, locator.mounted(contract)),
        }));
    }),
  );
}

/** Two services that back up one claim. VolSync's and K8up's objects are about the claim: there can be one of each. */
export const sharedClaim: Check = (input) => {
  const { per_claim: perClaim } = methodOf(settingsOf(input.policy.runtimes));
  const claims = claimsOf(input);
  const byClaim = groupBy(claims, ({ volume }) => `${volume.namespace ?? ''}/${volume.name ?? ''}`);
  return [...byClaim.values()].flatMap((sharing) =>
    sharing.flatMap((mine, index): Diagnostic[] => {
      const other = sharing
        .slice(0, index)
        .find(
          (before) =>
            before.contract.service_id !== mine.contract.service_id && (perClaim || overlap(before, mine)),
        );
      return other === undefined ? [] : [shared(mine, other, perClaim)];
    }),
  );
};

function overlap(a: Claim, b: Claim): boolean {
  const [one, other] = [`/${a.volume.suffix}`, `/${b.volume.suffix}`];
  return isAtOrBelow(one, other) || isAtOrBelow(other, one);
}

function shared({ contract, volume, pointer }: Claim, other: Claim, perClaim: boolean): Diagnostic {
  return {
    code: 'STW548',
    severity: perClaim ? 'error' : 'warning',
    message:
      `\`${contract.service_id}\` and \`${other.contract.service_id}\` both back up the claim ` +
      `\`${volume.name ?? ''}\` in namespace \`${volume.namespace ?? ''}\``,
    span: contract.document.span(pointer),
    hint:
      `the other one is at ${place(other.contract.document.span(other.pointer))}; ` +
      'if they share the data on purpose, waive it in one of them: `enabled: false` with a `reason`',
  };
}

/** Claims that look like those of a StatefulSet, of which no pod is known: any pod of the workload would be followed. */
export const claimsOfUnknownPods: Check = ({ policy, deployed, plan }) => {
  if (methodOf(settingsOf(policy.runtimes)).restic !== 'ours') return [];
  const contractOf = contractsInPlace({ deployed });
  return plan.services.flatMap(({ service_id, placements }) =>
    placements.flatMap(({ workload, volumes, ...place }) =>
      copied(volumes).flatMap((volume): Diagnostic[] => {
        const contract = contractOf(service_id, place);
        const own = contract?.backup.volumes.get(volume.volume);
        const pointer =
          own?.holders[VOLUME_KEY.key] === undefined
            ? ['kubernetes', 'pvc', 'name']
            : [...own.pointer, VOLUME_KEY.key];
        const isNumbered = volume.kind === 'claim' && /-[0-9]+$/.test(volume.name ?? '');
        if (!isNumbered || workload === undefined || contract === undefined) return [];
        if (workload.kind === 'Deployment' || podsOf(workload, [volume]).length > 0) return [];
        return [
          {
            code: 'STW558',
            severity: 'warning',
            message: `the claim \`${volume.name ?? ''}\` is named like one of a StatefulSet, but not of one that is called \`${workload.name}\`: its backup follows any pod of the workload, which may be on another node`,
            span: contract.document.span(pointer),
            hint: 'set `backup.kubernetes.workload: { kind: StatefulSet, name: … }`, or `{ kind: Deployment }`',
          },
        ];
      }),
    ),
  );
};

/** One job that needs claims of several pods, which are rarely on one node: it would wait for them until its deadline. */
export const claimsOfSeveralPods: Check = ({ policy, contracts, plan }) => {
  if (methodOf(settingsOf(policy.runtimes)).restic !== 'ours') return [];
  const byId = new Map(contracts.map((contract) => [contract.service_id, contract]));
  return plan.services.flatMap(({ service_id, placements }): Diagnostic[] => {
    const pods = placements.flatMap(({ workload, volumes }) => podsOf(workload, copied(volumes)));
    const document = byId.get(service_id)?.document;
    if (pods.length < 2 || document === undefined) return [];
    return [
      {
        code: 'STW551',
        severity: 'warning',
        message:
          `one job backs up the claims of ${pods.length} pods of \`${service_id}\` (${pods.map((pod) => `\`${pod}\``).join(', ')}); ` +
          'ReadWriteOnce claims on different nodes would keep it from ever starting',
        span: document.span(['mounts', 'persistent_volumes'], 'key'),
        hint: 'write a contract for each pod, with the claim of that pod alone, or use `method: velero`, `volsync` or `k8up`; ReadWriteMany claims may stay',
      },
    ];
  });
};
