import { copied } from '../../model/volume.js';
import type { PlannedVolume } from '../../model/plan.js';
import type { Labels } from '../../model/policy.js';
import { settingsOf, type KubernetesSettings } from './settings.js';
import type { PlacementFacts, Unplanned } from '../runtime.js';
import { nodesOfDeployment } from './deployment-key.js';
import { honours, unheardOfDefaults } from './honoured.js';
import { kubernetesObstacles } from './problems.js';
import { planWorkload } from './workload.js';

/** Pages stop and start a workload of a cluster with kubectl, whatever the contract has for other places. */
export function placement(service: Unplanned): PlacementFacts {
  const { policy, contract } = service;
  const volumes = service.volumes.map((volume) => volumeInForce(settingsOf(policy.runtimes), volume));
  const unheard = unheardOfDefaults(policy, contract).map(({ key }) => key);
  const nodes = nodesOf(service);
  return {
    namespace: contract.service_namespace,
    workload: planWorkload(contract, copied(volumes)),
    ...(nodes === null ? {} : { node_selector: nodes }),
    ...{ scope: null, volumes, obstacles: kubernetesObstacles(policy, contract, volumes) },
    ...(unheard.length === 0 ? {} : { not_honoured: unheard }),
  };
}

/** A volume with what the method does about it, and nothing that it does not. */
function volumeInForce(settings: KubernetesSettings, volume: PlannedVolume): PlannedVolume {
  return {
    ...volume,
    allow_empty: volume.allow_empty && honours(settings, 'allow_empty'),
    exclude: honours(settings, 'exclude') ? volume.exclude : [],
  };
}

/** Labels of the nodes that each back up hostPaths of their own; null where nothing does so. */
function nodesOf({ policy, deployment, volumes }: Unplanned): Labels | null {
  const { host_path_mode, node_selector } = settingsOf(policy.runtimes);
  const isPerNode =
    host_path_mode === 'daemonset' && copied(volumes).some(({ kind }) => kind === 'host_path');
  return isPerNode ? (nodesOfDeployment(deployment) ?? node_selector) : null;
}
