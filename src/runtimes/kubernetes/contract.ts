import type { Contract } from '../../model/contract.js';
import { asMapping, asText, nonEmpty, scalarText } from '../../source/access.js';
import type { Findings } from '../../source/findings.js';
import type { Mapping } from '../../source/yaml-values.js';

/** What a contract says to Kubernetes alone. */
export interface KubernetesContract {
  /** `kubernetes.pvc`. */
  readonly pvc: {
    readonly name: string;
    readonly size: string | null;
    readonly storage_class: string | null;
  } | null;
}

export function readContract(_findings: Findings, given: Mapping): KubernetesContract {
  const claim = asMapping(asMapping(given.kubernetes).pvc);
  const name = asText(claim.name);
  if (name === null) return { pvc: null };
  return { pvc: { name, size: scalarText(claim.size), storage_class: nonEmpty(claim.storageClassName) } };
}

/** What a contract that was read says. */
export function contractOf({ runtime_settings }: Contract): KubernetesContract {
  return runtime_settings.kubernetes as KubernetesContract;
}
