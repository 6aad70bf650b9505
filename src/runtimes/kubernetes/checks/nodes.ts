import { DEPLOYMENT_KEY, nodesOfDeployment } from '../deployment-key.js';
import { settingsOf } from '../settings.js';
import type { Diagnostic } from '../../../diagnostics/diagnostic.js';
import type { Check } from '../../../model/check.js';
import { valueAt } from '../../../source/findings.js';

/** Nodes that a deployment names although no job runs on each of them: their data would not be backed up. */
export const unusedNodes: Check = ({ policy }) => {
  if (settingsOf(policy.runtimes).host_path_mode === 'daemonset') return [];
  return (policy.deployments ?? [])
    .filter((deployment) => deployment.runtime === 'kubernetes' && nodesOfDeployment(deployment) !== null)
    .map(({ pointer }): Diagnostic => ({
      code: 'STW209',
      severity: 'warning',
      message:
        'the nodes of this deployment are not used: hostPaths are backed up on the node of the workload',
      span: policy.document.span([...pointer, DEPLOYMENT_KEY.key], 'key'),
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
