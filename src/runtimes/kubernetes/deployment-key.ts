import type { Deployment, Labels, Policy } from '../../model/policy.js';
import type { Pointer } from '../../source/document.js';
import { valueAt } from '../../source/findings.js';
import { readLabels } from '../../source/labels.js';
import { isMapping } from '../../source/yaml-values.js';
import type { DeploymentKey } from '../runtime.js';
import { settingsOf } from './settings.js';

/** Labels of the nodes with these services' hostPaths, where they are not those of the settings. */
export const DEPLOYMENT_KEY: DeploymentKey = {
  key: 'node_selector',
  refused: { thing: 'nodes', hint: '`host` says where these services run' },
  read: (value) => (isMapping(value) ? readLabels(value) : null),
};

/** What a deployment that was read says; null where it says nothing. */
export function nodesOfDeployment(deployment: Deployment | null): Labels | null {
  return (deployment?.runtime_settings ?? null) as Labels | null;
}

/** Where the policy says which nodes back up hostPaths of their own. */
export function nodesPointer({ document, runtimes }: Policy, deployment: Deployment | null): Pointer {
  if (deployment !== null && nodesOfDeployment(deployment) !== null) {
    return [...deployment.pointer, DEPLOYMENT_KEY.key];
  }
  const kubernetes = ['runtimes', 'kubernetes'];
  if (settingsOf(runtimes).host_path_mode !== 'daemonset') return [...kubernetes, 'host_path_mode'];
  const selector = [...kubernetes, 'node_selector'];
  return valueAt(document.value, selector) === undefined ? kubernetes : selector;
}
