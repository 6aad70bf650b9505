import type { Pointer } from '../../source/document.js';
import { readLabels } from '../../source/labels.js';
import { METHOD_NAMES } from './methods/registry.js';
import { asList, asMapping, asText } from '../../source/access.js';
import { isMapping, type Mapping } from '../../source/yaml-values.js';
import { oneOf } from '../../source/choices.js';
import type { Findings } from '../../source/findings.js';
import type { ExternalSecretSettings, KubernetesSettings } from './settings.js';
import { readTolerations } from './tolerations.js';

/** Reads `runtimes.kubernetes`, each setting with the usual default; the schema has checked types and names. */
export function readSettings(findings: Findings, given: Mapping, pointer: Pointer): KubernetesSettings {
  const resources = asMapping(given.resources);
  return {
    image: asText(given.image) ?? 'ghcr.io/restic/restic:0.19.1',
    method: oneOf(given.method, METHOD_NAMES),
    host_path_mode: oneOf(given.host_path_mode, ['cronjob', 'daemonset']),
    affinity: oneOf(given.affinity, ['required', 'preferred']),
    node_selector: readLabels(given.node_selector),
    tolerations: readTolerations(findings, given.tolerations, [...pointer, 'tolerations']),
    snapshot: oneOf(given.snapshot, ['none', 'csi']),
    volume_snapshot_class: asText(given.volume_snapshot_class),
    external_secret: readExternalSecret(given.external_secret),
    egress_ports: asList(given.egress_ports).filter((port): port is number => typeof port === 'number'),
    resources: {
      cpu_request: asText(resources.cpu_request) ?? '100m',
      memory_request: asText(resources.memory_request) ?? '256Mi',
      memory_limit: asText(resources.memory_limit) ?? '2Gi',
      dump_limit: asText(resources.dump_limit) ?? '10Gi',
    },
    velero_namespace: asText(given.velero_namespace) ?? 'velero',
  };
}

function readExternalSecret(value: unknown): ExternalSecretSettings | null {
  if (!isMapping(value)) return null;
  return {
    store: asText(value.store) ?? '',
    store_kind: oneOf(value.store_kind, ['ClusterSecretStore', 'SecretStore']),
    key_prefix: asText(value.key_prefix) ?? '',
  };
}
