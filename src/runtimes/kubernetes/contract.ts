import type { Contract } from '../../model/contract.js';
import { asMapping, asText, nonEmpty, scalarText } from '../../source/access.js';
import type { Findings } from '../../source/findings.js';
import { readLabels } from '../../source/labels.js';
import type { Mapping } from '../../source/yaml-values.js';

/** `backup.kubernetes.workload`: what runs the service in a cluster, as far as the contract says. */
interface WorkloadSettings {
  readonly kind: 'Deployment' | 'StatefulSet' | null;
  readonly name: string | null;
  readonly selector: Readonly<Record<string, string>> | null;
}

/** What a contract says to Kubernetes alone. */
export interface KubernetesContract {
  /** `kubernetes.pvc`. */
  readonly pvc: {
    readonly name: string;
    readonly size: string | null;
    readonly storage_class: string | null;
  } | null;
  /** `service_storage_size`: a Kubernetes quantity. */
  readonly storage_size: string | null;
  readonly workload: WorkloadSettings;
}

export function readContract(_findings: Findings, given: Mapping): KubernetesContract {
  return {
    pvc: readClaim(asMapping(asMapping(given.kubernetes).pvc)),
    storage_size: nonEmpty(scalarText(given.service_storage_size)),
    workload: readWorkload(asMapping(asMapping(asMapping(given.backup).kubernetes).workload)),
  };
}

function readClaim({ name, size, storageClassName }: Mapping): KubernetesContract['pvc'] {
  const text = asText(name);
  if (text === null) return null;
  return { name: text, size: scalarText(size), storage_class: nonEmpty(storageClassName) };
}

/** The schema has checked kind, name and labels. */
function readWorkload({ kind, name, selector }: Mapping): WorkloadSettings {
  const labels = readLabels(selector);
  return {
    kind: (['Deployment', 'StatefulSet'] as const).find((known) => known === kind) ?? null,
    name: asText(name),
    selector: Object.keys(labels).length === 0 ? null : labels,
  };
}

/** What a contract that was read says. */
export function contractOf({ runtime_settings }: Contract): KubernetesContract {
  return runtime_settings.kubernetes as KubernetesContract;
}
