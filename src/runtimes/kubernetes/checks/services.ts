import { settingsOf } from '../settings.js';
import type { Diagnostic } from '../../../diagnostics/diagnostic.js';
import { isNamespace } from '../../../names/objects.js';
import type { Check } from '../../../model/check.js';
import { groupBy } from '../../../lookup/group.js';
import { kubernetesProblems, repositoryProblems } from '../problems.js';
import { quantityValue } from '../quantity.js';

/**
 * Services that no job on Kubernetes could back up. An error where the policy deploys them there; without
 * `deployments` nobody has said that the cluster exists, so it is a warning and the placement is left out.
 */
export const unusableOnKubernetes: Check = ({ policy, deployed, plan }) => {
  const located = new Map(
    plan.services.map(({ service_id, placements }) => [
      service_id,
      placements.find(({ runtime }) => runtime === 'kubernetes')?.volumes ?? [],
    ]),
  );
  return deployed
    .filter(({ runtime }) => runtime === 'kubernetes')
    .flatMap(({ contract, deployment }) =>
      kubernetesProblems(policy, contract, located.get(contract.service_id) ?? []).map(
        (problem): Diagnostic => {
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
        },
      ),
    );
};

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

/** The API server refuses a pod that asks for more than its limit, and so every Job would stay without one. */
export const impossibleMemory: Check = ({ policy }) => {
  const { memory_request, memory_limit } = settingsOf(policy.runtimes).resources;
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

/** Commands of a contract that no page types: in a cluster kubectl stops, starts and asks a workload. */
export const untypedCommands: Check = ({ deployed }) =>
  [...groupBy(deployed, ({ contract }) => contract.service_id).values()].flatMap((places): Diagnostic[] => {
    const contract = places
      .map((entry) => entry.contract)
      .find(({ backup }) => Object.values(backup.commands).some((command) => command !== null));
    if (contract === undefined || places.some(({ runtime }) => runtime !== 'kubernetes')) return [];
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
  return [...groupBy(onKubernetes, ({ contract }) => contract.service_id).values()].flatMap(([, ...others]) =>
    others.map(({ contract, deployment }): Diagnostic => ({
      code: 'STW308',
      severity: 'error',
      message: `\`${contract.service_id}\` is deployed twice on Kubernetes`,
      span: policy.document.span(deployment?.pointer ?? []),
      hint: 'remove one of the two deployments; a namespace has one backup job per service',
    })),
  );
};
