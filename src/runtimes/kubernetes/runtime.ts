import type { ClaimSource, NodeSource } from '../../model/job.js';
import type { PlannedVolume } from '../../model/plan.js';
import { copied } from '../../model/volume.js';
import { held, type Runtime } from '../runtime.js';
import { CHECKS } from './checks/registry.js';
import { honours } from './honoured.js';
import { contractOf, readContract } from './contract.js';
import { DEPLOYMENT_KEY } from './deployment-key.js';
import { isHomeless, locator } from './locate.js';
import { readSettings } from './read-settings.js';
import { settingsOf } from './settings.js';
import { settingsSchema } from './settings-schema.js';
import { VOLUME_KEY } from './volume-key.js';
import { watchedImage, watchedMethod } from '../watched-facts.js';
import { API_GROUPS, methodOf } from './methods/registry.js';
import { placement } from './placement.js';
import { guide, pages } from './pages.js';
import { clusterFiles } from './render/files.js';

/** Who backs up what is a cluster's is the method's affair. */
export const kubernetes: Runtime = {
  name: 'kubernetes',
  title: 'Kubernetes',
  services: null,
  runs_on: 'cluster',
  volume_key: VOLUME_KEY,
  readSettings,
  readContract,
  deployment_key: DEPLOYMENT_KEY,
  settingsSchema,
  place_keys: [
    { of: 'contract', pointer: ['kubernetes', 'pvc', 'name'] },
    { of: 'contract', pointer: ['service_namespace'] },
    { of: 'contract', pointer: ['service_name'] },
  ],
  kinds: { host_path: 'folder', claim: 'claim' },
  ...locator,
  declaredSize: (contract) => contractOf(contract).pvc?.size ?? null,
  placement,
  parts(policy, service, placed) {
    const { namespace, obstacles } = placed;
    if (namespace === null || obstacles.length > 0) return [];
    const settings = settingsOf(policy.runtimes);
    const volumes = copied(placed.volumes);
    return methodOf(settings).parts({
      ...{ service, placement: placed, settings, policy },
      place: { on: 'cluster', cluster: null, namespace, nodes: null, folder: `kubernetes/${namespace}` },
      claims: volumes.flatMap(claimSource),
      nodes: volumes.flatMap(nodeSource),
    });
  },
  upkeep: ({ runtimes }) => ({ image: settingsOf(runtimes).image }),
  placeDump(asked) {
    const { dumps } = methodOf(settingsOf(asked.policy.runtimes));
    return 'cannot' in dumps ? dumps : dumps.place(asked);
  },
  honours: ({ runtimes }, key) => honours(settingsOf(runtimes), key),
  copies_at_once({ runtimes }, kind) {
    const settings = settingsOf(runtimes);
    return kind === 'claim' && methodOf(settings).copies_at_once?.(settings) === true;
  },
  checks: CHECKS,
  isRefused: ({ obstacles }, volume) => obstacles.length > 0 || isHomeless(volume),
  by_hand: null,
  cluster: pages,
  guide,
  watched: [
    watchedImage('jobs on Kubernetes', /^kubernetes\/.*\.yaml$/, /^[ -]*image: *["']?([^\s"']+)/gm),
    watchedMethod(
      'method',
      'volumes on Kubernetes are backed up by another method; what one made, another may not be able to restore',
      /^kubernetes\/(?!.*maintenance-).*\.yaml$/,
      new RegExp(`^apiVersion: *(${API_GROUPS.join('|').replaceAll('.', '\\.')})/`, 'gm'),
      ({ facts: { method }, backend }) =>
        method === undefined || method === backend ? (method ?? null) : `${method} (${backend})`,
    ),
  ],
  render: clusterFiles,
};

function claimSource(volume: PlannedVolume): ClaimSource[] {
  const { kind, name, namespace, suffix } = volume;
  if (kind !== 'claim' || name === null || namespace === null) return [];
  return [{ at: 'claim', ...held(volume), namespace, claim: name, suffix }];
}

function nodeSource(volume: PlannedVolume): NodeSource[] {
  if (volume.kind !== 'host_path') return [];
  return [{ at: 'node', ...held(volume), path: volume.location, is_file: volume.is_file === true }];
}
