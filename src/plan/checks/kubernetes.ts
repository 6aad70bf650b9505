import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { groupBy } from '../group.js';
import { isNamespace, kubernetesProblems, repositoryProblems } from '../kubernetes-problems.js';
import type { Check } from './check.js';

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
