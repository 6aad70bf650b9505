import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { groupBy } from '../group.js';
import { isNamespace, kubernetesProblems, repositoryProblems } from '../kubernetes-problems.js';
import { valueAt } from '../../source/findings.js';
import { isAtOrBelow } from '../../locate/pairing.js';
import { podsOf } from '../workload.js';
import { quantityValue } from '../quantity.js';
import { backedUp } from '../../model/volume.js';
import { place, type Check } from './check.js';
import { places, type Place } from './places.js';

/**
 * Services that no job on Kubernetes could back up. An error where the policy deploys them there; without
 * `deployments` nobody has said that the cluster exists, so it is a warning and the placement is left out.
 */
export const unusableOnKubernetes: Check = ({ policy, deployed }) =>
  deployed
    .filter(({ runtime }) => runtime === 'kubernetes')
    .flatMap(({ contract, deployment }) =>
      kubernetesProblems(policy, contract).map((problem): Diagnostic => {
        const document = problem.document === 'policy' ? policy.document : contract.document;
        return {
          code: problem.code,
          severity: deployment === null ? 'warning' : 'error',
          message: problem.message,
          span: document.span(problem.pointer),
          hint:
            deployment === null
              ? `${problem.hint}; until then no job for Kubernetes is rendered`
              : problem.hint,
        };
      }),
    );

/** Repositories that a namespace forgets, prunes and checks. */
export const unusableMaintenance: Check = ({ policy }) =>
  policy.repositories.flatMap((repository): Diagnostic[] => {
    const { maintenance, pointer } = repository;
    if (maintenance.kind !== 'namespace') return [];
    const problems = repositoryProblems(repository).map((problem): Diagnostic => ({
      code: problem.code,
      severity: 'error',
      message: problem.message,
      span: policy.document.span(problem.pointer),
      hint: problem.hint,
    }));
    if (isNamespace(maintenance.namespace)) return problems;
    return [
      ...problems,
      {
        code: 'STW540',
        severity: 'error',
        message: `\`${maintenance.namespace}\` is not a name that Kubernetes takes for a namespace`,
        span: policy.document.span([...pointer, 'maintenance', 'namespace']),
        hint: 'use up to 63 lower-case letters, digits and `-`',
      },
    ];
  });

/** Two services that back up one claim. VolSync's and K8up's objects are about the claim: there can be one of each. */
export const sharedClaim: Check = (input) => {
  const { method } = input.policy.runtimes.kubernetes;
  const perClaim = method === 'volsync' || method === 'k8up';
  const claims = places(input).filter(({ volume }) => volume.kind === 'claim' && volume.name !== null);
  const byClaim = groupBy(claims, ({ volume }) => `${volume.namespace ?? ''}/${volume.name ?? ''}`);
  return [...byClaim.values()].flatMap((sharing) =>
    sharing.flatMap((mine, index): Diagnostic[] => {
      const other = sharing
        .slice(0, index)
        .find((before) => before.contract !== mine.contract && (perClaim || overlap(before, mine)));
      return other === undefined ? [] : [shared(mine, other, perClaim)];
    }),
  );
};

function overlap(a: Place, b: Place): boolean {
  const [one, other] = [`/${a.volume.suffix}`, `/${b.volume.suffix}`];
  return isAtOrBelow(one, other) || isAtOrBelow(other, one);
}

function shared({ contract, volume, pointer }: Place, other: Place, perClaim: boolean): Diagnostic {
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

/** The API server refuses a pod that asks for more than its limit, and so every Job would stay without one. */
export const impossibleMemory: Check = ({ policy }) => {
  const { memory_request, memory_limit } = policy.runtimes.kubernetes.resources;
  if (quantityValue(memory_request) <= quantityValue(memory_limit)) return [];
  return [
    {
      code: 'STW549',
      severity: 'error',
      message: `pods ask for ${memory_request} of memory, and may use no more than ${memory_limit}`,
      span: policy.document.span(['runtimes', 'kubernetes', 'resources']),
      hint: 'set `memory_limit` to at least `memory_request`',
    },
  ];
};

/** Nodes that a deployment names although no job runs on each of them: their data would not be backed up. */
export const unusedNodes: Check = ({ policy }) => {
  if (policy.runtimes.kubernetes.host_path_mode === 'daemonset') return [];
  return (policy.deployments ?? [])
    .filter(({ runtime, node_selector }) => runtime === 'kubernetes' && node_selector !== null)
    .map(({ pointer }): Diagnostic => ({
      code: 'STW209',
      severity: 'warning',
      message:
        'the nodes of this deployment are not used: hostPaths are backed up on the node of the workload',
      span: policy.document.span([...pointer, 'node_selector'], 'key'),
      hint: 'set `host_path_mode: daemonset` under `runtimes.kubernetes`, or leave `node_selector` out',
    }));
};

/** Schedulers on each node, when nothing says whether nodes have taints: one on a node with a taint never starts. */
export const unknownTaints: Check = ({ policy, plan }) => {
  const isAnswered = valueAt(policy.document.value, ['runtimes', 'kubernetes', 'tolerations']) !== undefined;
  const scheduled = plan.services.filter(({ placements }) =>
    placements.some(({ node_selector }) => node_selector !== undefined),
  );
  if (isAnswered || scheduled.length === 0) return [];
  return [
    {
      code: 'STW557',
      severity: 'warning',
      message:
        'hostPaths are backed up on each node, but not on one with a taint: nothing says whether there are such nodes',
      span: policy.document.span(['runtimes', 'kubernetes', 'host_path_mode'], 'key'),
      hint: 'name their taints under `runtimes.kubernetes.tolerations` (`kubectl describe nodes`), or write `tolerations: []`',
    },
  ];
};

/** Claims that look like those of a StatefulSet, of which no pod is known: any pod of the workload would be followed. */
export const claimsOfUnknownPods: Check = ({ policy, contracts, plan }) => {
  if (policy.runtimes.kubernetes.method !== 'restic') return [];
  const byId = new Map(contracts.map((contract) => [contract.service_id, contract]));
  return plan.services.flatMap(({ service_id, placements }) =>
    placements.flatMap(({ workload, volumes }) =>
      backedUp(volumes).flatMap((volume): Diagnostic[] => {
        const contract = byId.get(service_id);
        const own = contract?.backup.volumes.get(volume.volume);
        const pointer = own?.claim == null ? ['kubernetes', 'pvc', 'name'] : [...own.pointer, 'claim'];
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
  if (policy.runtimes.kubernetes.method !== 'restic') return [];
  const byId = new Map(contracts.map((contract) => [contract.service_id, contract]));
  return plan.services.flatMap(({ service_id, placements }): Diagnostic[] => {
    const pods = placements.flatMap(({ workload, volumes }) => podsOf(workload, backedUp(volumes)));
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

/** Commands of a contract that no page types: in a cluster kubectl stops, starts and asks a workload. */
export const untypedCommands: Check = ({ deployed }) =>
  [...groupBy(deployed, ({ contract }) => contract)].flatMap(([contract, places]): Diagnostic[] => {
    const hasSome = Object.values(contract.backup.commands).some((command) => command !== null);
    if (!hasSome || places.some(({ runtime }) => runtime !== 'kubernetes')) return [];
    return [
      {
        code: 'STW552',
        severity: 'warning',
        message: `no page types the commands of \`${contract.service_id}\`: it runs in a cluster alone, where kubectl stops, starts and asks a workload`,
        span: contract.document.span(['backup', 'commands'], 'key'),
        hint: 'leave `commands` out; `backup.kubernetes.workload` says what kubectl has to stop and start',
      },
    ];
  });

/** A cluster has one backup job per service. */
export const deployedTwiceOnKubernetes: Check = ({ policy, deployed }) => {
  const onKubernetes = deployed.filter(({ runtime }) => runtime === 'kubernetes');
  return [...groupBy(onKubernetes, ({ contract }) => contract).values()].flatMap(([, ...others]) =>
    others.map(({ contract, deployment }): Diagnostic => ({
      code: 'STW308',
      severity: 'error',
      message: `\`${contract.service_id}\` is deployed twice on Kubernetes`,
      span: policy.document.span(deployment?.pointer ?? []),
      hint: 'remove one of the two deployments; a namespace has one backup job per service',
    })),
  );
};
