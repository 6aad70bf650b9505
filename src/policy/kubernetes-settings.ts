import { METHOD_NAMES } from '../runtimes/kubernetes/methods/registry.js';
import { asList, asMapping, asText } from '../source/access.js';
import { isMapping, type Mapping } from '../source/yaml-values.js';
import { oneOf } from './choices.js';
import type { Findings } from '../source/findings.js';
import type { ExternalSecretSettings, KubernetesSettings } from './policy.js';
import { readTolerations } from './tolerations.js';

/** Reads `runtimes.kubernetes`, each setting with the usual default; the schema has checked types and names. */
export function readKubernetesSettings(findings: Findings, given: Mapping): KubernetesSettings {
  const resources = asMapping(given.resources);
  return {
    image: asText(given.image) ?? 'ghcr.io/restic/restic:0.19.1',
    method: oneOf(given.method, METHOD_NAMES),
    host_path_mode: oneOf(given.host_path_mode, ['cronjob', 'daemonset']),
    affinity: oneOf(given.affinity, ['required', 'preferred']),
    node_selector: readLabels(given.node_selector),
    tolerations: readTolerations(findings, given.tolerations, ['runtimes', 'kubernetes', 'tolerations']),
    snapshot: oneOf(given.snapshot, ['none', 'csi']),
    volume_snapshot_class: asText(given.volume_snapshot_class),
    external_secret: readExternalSecret(given.external_secret),
    egress_ports: asList(given.egress_ports).filter((port): port is number => typeof port === 'number'),
    resources: {
      cpu_request: asText(resources.cpu_request) ?? '100m',
      memory_request: asText(resources.memory_request) ?? '256Mi',
      memory_limit: asText(resources.memory_limit) ?? '2Gi',
    },
    velero_namespace: asText(given.velero_namespace) ?? 'velero',
  };
}

/** Labels by key, as the schema has let them through. */
export function readLabels(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asMapping(value)).flatMap(([key, label]) =>
      typeof label === 'string' ? [[key, label] as const] : [],
    ),
  );
}

function readExternalSecret(value: unknown): ExternalSecretSettings | null {
  if (!isMapping(value)) return null;
  return {
    store: asText(value.store) ?? '',
    store_kind: oneOf(value.store_kind, ['ClusterSecretStore', 'SecretStore']),
    key_prefix: asText(value.key_prefix) ?? '',
  };
}
