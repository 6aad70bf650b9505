import type { Contract } from '../../model/contract.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { didYouMean } from '../../diagnostics/did-you-mean.js';
import { declaredVolumes } from '../../locate/location.js';
import { pairVolume } from '../../locate/pairing.js';
import type { Deployment, Policy } from '../../model/policy.js';
import { valueAt } from '../../source/findings.js';
import { unprotectedVolumes } from '../volumes.js';
import { effectiveSettings } from '../../model/settings.js';
import { type Check, place, withVariants } from '../../model/check.js';
import { groupBy } from '../../lookup/group.js';

/** A service that runs nowhere has no backup. */
export const notDeployed: Check = ({ policy, contracts, deployed }) => {
  const placed = new Set(deployed.map((entry) => entry.contract.service_id));
  return contracts
    .filter((contract) => contract.persistent_volumes.length > 0 && !placed.has(contract.service_id))
    .map((contract) => ({
      code: 'STW309' as const,
      severity: 'warning' as const,
      message: `\`${contract.service_id}\` is not deployed anywhere, so nothing backs it up`,
      span: contract.document.span(['service_id']),
      hint:
        policy.deployments === null
          ? 'name at least one runtime under `runtime_templates`'
          : `name it in one of the \`deployments\` of ${policy.document.file}`,
    }));
};

/** The contract's own choice of repository; the policy's default is checked where it is read. */
export const unknownRepository: Check = ({ policy, contracts }) => {
  const names = policy.repositories.map((repository) => repository.name);
  return contracts
    .filter((contract) => !names.includes(effectiveSettings(policy, contract).repository))
    .filter((contract) => contract.backup.settings.repository !== undefined)
    .map((contract) => ({
      code: 'STW307' as const,
      severity: 'error' as const,
      message: `the policy has no repository \`${effectiveSettings(policy, contract).repository}\``,
      span: contract.document.span(['backup', 'repository']),
      hint:
        didYouMean(effectiveSettings(policy, contract).repository, names) ??
        `the repositories are ${names.map((name) => `\`${name}\``).join(', ')}`,
    }));
};

/** A name that two things share although their paths do not: one of them is likely wrong. */
export const misnamedVolume: Check = ({ contracts }) =>
  withVariants(contracts).flatMap((contract) =>
    contract.persistent_volumes.flatMap((volume) => {
      const { misnamed, partner } = pairVolume(volume, declaredVolumes(contract));
      if (misnamed === null) return [];
      return [
        {
          code: 'STW401' as const,
          severity: 'warning' as const,
          message:
            `persistent volume \`${volume.name}\` is at \`${volume.path}\`, but the service volume of that name ` +
            `is mounted at \`${misnamed.target}\``,
          span: contract.document.span([...volume.pointer, 'path']),
          hint:
            partner === misnamed || partner === null
              ? 'the whole service volume is backed up; make the two paths agree'
              : `\`${partner.name}\` is backed up for it, because it is mounted there; make the names agree`,
        },
      ];
    }),
  );

/** Mounted, but not declared persistent: perhaps forgotten. */
export const forgottenVolume: Check = ({ contracts }) =>
  withVariants(contracts).flatMap((contract) =>
    unprotectedVolumes(contract).map((volume) => ({
      code: 'STW402' as const,
      severity: 'warning' as const,
      message: `service volume \`${volume.name}\` is not backed up: no persistent volume lies in it`,
      span: contract.document.span([...volume.pointer, 'name']),
      hint: 'list it under `mounts.persistent_volumes`; if its data can be lost, waive it there with a reason',
    })),
  );

/** restic sees volumes below `/backup/<service>/`, so a pattern that starts elsewhere matches nothing. */
export const uselessExclude: Check = ({ policy, contracts }) => {
  const useless = (pattern: string) => /^!?\//.test(pattern) && !/^!?\/(backup(\/|$)|\*\*)/.test(pattern);
  const find = (patterns: readonly string[], document: Contract['document'], pointer: readonly string[]) =>
    patterns.flatMap((pattern, index) =>
      useless(pattern)
        ? [
            {
              code: 'STW407' as const,
              severity: 'warning' as const,
              message: `the exclude pattern \`${pattern}\` matches nothing: restic sees \`/backup/<service>/<volume>/…\``,
              span: document.span([...pointer, index]),
              hint: 'start it with `**/`, or put it under `backup.volumes.<name>.exclude`, where `/` is the volume',
            },
          ]
        : [],
    );
  return [
    ...find(policy.defaults.exclude, policy.document, ['defaults', 'exclude']),
    ...contracts.flatMap((contract) =>
      find(contract.backup.settings.exclude ?? [], contract.document, ['backup', 'exclude']),
    ),
  ];
};

/** Several places of one service: each needs a retention group of its own. */
export const snapshotHosts: Check = ({ policy, deployed }) =>
  [...groupBy(deployed, ({ contract }) => contract.service_id).values()].flatMap((places) =>
    places.flatMap((entry, index): Diagnostic[] => {
      // Two places on one host are a mistake of another kind.
      const earlier = places
        .slice(0, index)
        .filter((other) => other.host === null || other.host !== entry.host);
      if (entry.deployment === null || earlier.length === 0) return [];
      const same = earlier.find((other) => other.snapshot_host === entry.snapshot_host);
      const span = policy.document.span(entry.deployment.pointer);
      const id = entry.contract.service_id;
      if (same !== undefined) {
        const where =
          same.deployment === null
            ? ''
            : ` (the other place is at ${place(policy.document.span(same.deployment.pointer))})`;
        return [
          {
            code: 'STW311' as const,
            severity: 'error' as const,
            message: `two places of \`${id}\` have the snapshot host \`${entry.snapshot_host}\``,
            span,
            hint: `give each its own \`snapshot_host\`${where}`,
          },
        ];
      }
      if (entry.deployment.snapshot_host !== null) return [];
      return [
        {
          code: 'STW310' as const,
          severity: 'info' as const,
          message: `\`${id}\` is deployed in another place too; its snapshots here carry the host \`${entry.snapshot_host}\``,
          span,
          hint: isFromInventory(policy, entry.deployment)
            ? 'the first host of the group keeps the plain name, so add new hosts behind it in the inventory'
            : 'set `snapshot_host` on this deployment to choose the name yourself',
        },
      ];
    }),
  );

function isFromInventory({ document }: Policy, { pointer }: Deployment): boolean {
  return valueAt(document.value, [...pointer, 'inventory']) === true;
}
